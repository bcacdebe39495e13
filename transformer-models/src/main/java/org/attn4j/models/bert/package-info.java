/**
 * BERT (Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers"), and the
 * pattern of every encoder family: {@link org.attn4j.models.bert.BertConfig} reads {@code
 * config.json}, {@link org.attn4j.models.bert.BertModel} is the encoder, {@link
 * org.attn4j.models.bert.BertHeads} chooses the head of an architecture, {@link
 * org.attn4j.models.bert.BertWeights} names the tensors, and {@link
 * org.attn4j.models.bert.BertFamily} puts them together.
 */
package org.attn4j.models.bert;
