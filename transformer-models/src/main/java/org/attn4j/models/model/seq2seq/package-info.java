/**
 * Encoder-decoder models of published checkpoints: {@link
 * org.attn4j.models.model.seq2seq.EncoderDecoder} is the model, and each family ({@link
 * org.attn4j.models.family.bart}, {@link org.attn4j.models.family.t5}, {@link
 * org.attn4j.models.family.encoderdecoder}) says of what parts it is made.
 */
package org.attn4j.models.model.seq2seq;
