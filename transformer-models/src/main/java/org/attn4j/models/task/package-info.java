/**
 * What published models are used for, text in and answers out, as the pipelines of transformers do
 * it: filling masks, classifying, answering questions, tagging tokens, embedding sentences.
 */
package org.attn4j.models.task;
