package org.attn4j.retrieval;

/**
 * A part of a text.
 *
 * @param start where it begins, in {@code char}s
 * @param end where it ends, behind its last {@code char}
 */
public record Chunk(int start, int end) {}
