/**
 * What BERT and the families after it share: the settings that are BERT's ({@link
 * org.attn4j.models.model.encoder.EncoderConfig}), embeddings and layers made of them, positions
 * counted past the padding, the pooler, the heads, and the names of tensors. A family composes its
 * model of these and tells what differs.
 */
package org.attn4j.models.model.encoder;
