/**
 * What a pretrained model is used for: heads that turn its hidden states into logits and losses, as
 * transformers' {@code …ForMaskedLM}, {@code …ForSequenceClassification}, {@code
 * …ForTokenClassification}, {@code …ForQuestionAnswering}, {@code …ForMultipleChoice} and the like.
 *
 * <p>A {@link org.attn4j.models.model.head.ModelWithHead} puts a family's {@link
 * org.attn4j.models.model.head.BaseModel} and a {@link org.attn4j.models.model.head.Head} together;
 * families differ in which heads they choose and how their tensors are named, not in the heads. C
 * is the number of classes, V of tokens.
 */
package org.attn4j.models.model.head;
