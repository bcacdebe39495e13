package org.attn4j.models.task;

/**
 * An answer to a question.
 *
 * @param text the answer; empty if the text does not answer
 * @param start where it begins in the text, in {@code char}s
 * @param end where it ends, behind its last {@code char}
 * @param score its probability, 0 to 1
 */
public record Answer(String text, int start, int end, double score) {}
