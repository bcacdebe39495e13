package org.attn4j.models.task;

/**
 * A token, a word or a name with its class.
 *
 * @param label the class; without {@code B-} and {@code I-} where tokens were put together
 * @param score its probability, 0 to 1; the mean where tokens were put together
 * @param index the position of the token in the sequence, special tokens counted; -1 where tokens
 *     were put together
 * @param word the token as it is written in the vocabulary; where tokens were put together, their
 *     text
 * @param start where it begins in the text, in {@code char}s
 * @param end where it ends, behind its last {@code char}
 */
public record Entity(String label, double score, int index, String word, int start, int end) {}
