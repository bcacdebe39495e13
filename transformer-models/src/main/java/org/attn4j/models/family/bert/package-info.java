/**
 * BERT (Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers"), and the
 * pattern of every encoder family: {@link org.attn4j.models.family.bert.BertModel} is the encoder,
 * and {@link org.attn4j.models.family.bert.BertFamily} reads {@code config.json}, chooses the head
 * of an architecture and names the tensors.
 */
package org.attn4j.models.family.bert;
