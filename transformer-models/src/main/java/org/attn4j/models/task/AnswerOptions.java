package org.attn4j.models.task;

import org.attn4j.common.Require;

/**
 * How an answer is looked for.
 *
 * @param topK how many answers are given at most
 * @param maxAnswerTokens the most tokens of an answer
 * @param maxTokens the most tokens that the model is given at once, question and text together; 0
 *     for the tokenizer's own limit, but at most 384
 * @param stride how many tokens neighbouring parts of a long text share; -1 for a half of {@code
 *     maxTokens}, but at most 128
 * @param impossible whether "the text does not answer" may be the answer
 * @param wholeWords whether answers are widened to whole words
 */
public record AnswerOptions(
        int topK,
        int maxAnswerTokens,
        int maxTokens,
        int stride,
        boolean impossible,
        boolean wholeWords) {

    /** One answer of at most 15 tokens, as the pipeline of transformers has it. */
    public static final AnswerOptions DEFAULT = new AnswerOptions(1, 15, 0, -1, false, true);

    public AnswerOptions {
        Require.that(
                topK >= 1 && maxAnswerTokens >= 1,
                "topK and maxAnswerTokens must be at least 1, got topK=%s, maxAnswerTokens=%s",
                topK,
                maxAnswerTokens);
        Require.that(
                maxTokens >= 0 && stride >= -1,
                "maxTokens must be at least 0 and stride at least -1, got maxTokens=%s, stride=%s",
                maxTokens,
                stride);
    }

    /**
     * Returns these options with another number of answers.
     *
     * @param count how many answers are given at most
     * @return the options
     */
    public AnswerOptions withTopK(int count) {
        return new AnswerOptions(count, maxAnswerTokens, maxTokens, stride, impossible, wholeWords);
    }

    /**
     * Returns these options with another limit of an answer.
     *
     * @param tokens the most tokens of an answer
     * @return the options
     */
    public AnswerOptions withMaxAnswerTokens(int tokens) {
        return new AnswerOptions(topK, tokens, maxTokens, stride, impossible, wholeWords);
    }

    /**
     * Returns these options with other parts of long texts.
     *
     * @param tokens the most tokens that the model is given at once; 0 for its own limit
     * @param shared how many tokens neighbouring parts share; -1 for the default
     * @return the options
     */
    public AnswerOptions withParts(int tokens, int shared) {
        return new AnswerOptions(topK, maxAnswerTokens, tokens, shared, impossible, wholeWords);
    }

    /**
     * Returns these options with or without the answer that the text does not answer.
     *
     * @param allowed whether it may be given
     * @return the options
     */
    public AnswerOptions withImpossible(boolean allowed) {
        return new AnswerOptions(topK, maxAnswerTokens, maxTokens, stride, allowed, wholeWords);
    }

    /**
     * Returns these options with answers of whole words or of tokens.
     *
     * @param whole whether answers are widened to whole words
     * @return the options
     */
    public AnswerOptions withWholeWords(boolean whole) {
        return new AnswerOptions(topK, maxAnswerTokens, maxTokens, stride, impossible, whole);
    }
}
