/**
 * ALBERT (Lan et al. 2020, "ALBERT: A Lite BERT for Self-supervised Learning of Language
 * Representations"): small embeddings projected to the model's size, and layers that share their
 * parameters.
 */
package org.attn4j.models.family.albert;
