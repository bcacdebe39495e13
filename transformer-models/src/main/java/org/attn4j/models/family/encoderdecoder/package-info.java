/**
 * Encoder-decoder models of two BERTs, the second with cross-attention (Rothe et al. 2020,
 * "Leveraging Pre-trained Checkpoints for Sequence Generation Tasks").
 */
package org.attn4j.models.family.encoderdecoder;
