/**
 * Losses of embeddings, as in sentence-transformers: what a model gives for the columns of a batch
 * is a list of arrays (B, E), one for each column of texts.
 */
package org.attn4j.models.training.embedding;
