/**
 * MPNet (Song et al. 2020, "MPNet: Masked and Permuted Pre-training for Language Understanding"):
 * BERT's layers with T5's relative positions beside the learned ones.
 */
package org.attn4j.models.family.mpnet;
