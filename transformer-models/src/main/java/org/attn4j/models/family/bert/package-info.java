/**
 * BERT (Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers"), and the
 * pattern of every encoder family: {@link org.attn4j.models.family.bert.BertConfig} reads {@code
 * config.json}, {@link org.attn4j.models.family.bert.BertModel} is the encoder, {@link
 * org.attn4j.models.family.bert.BertHeads} chooses the head of an architecture, {@link
 * org.attn4j.models.family.bert.BertWeights} names the tensors, and {@link
 * org.attn4j.models.family.bert.BertFamily} puts them together.
 */
package org.attn4j.models.family.bert;
