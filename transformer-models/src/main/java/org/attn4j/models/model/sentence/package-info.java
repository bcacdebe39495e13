/**
 * Sentence embeddings (Reimers and Gurevych 2019, "Sentence-BERT: Sentence Embeddings using Siamese
 * BERT-Networks"): an encoder, pooling of its states to one vector, and what the model adds behind
 * them, as {@code modules.json} of sentence-transformers lists it.
 */
package org.attn4j.models.model.sentence;
