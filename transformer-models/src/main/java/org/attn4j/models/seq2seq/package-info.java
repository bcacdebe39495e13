/**
 * Encoder-decoder models of published checkpoints: {@link org.attn4j.models.seq2seq.EncoderDecoder}
 * is the model, and each family ({@link org.attn4j.models.bart}, {@link org.attn4j.models.t5},
 * {@link org.attn4j.models.encoderdecoder}) says of what parts it is made.
 */
package org.attn4j.models.seq2seq;
