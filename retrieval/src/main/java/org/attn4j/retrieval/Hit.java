package org.attn4j.retrieval;

/**
 * A passage that was found.
 *
 * @param passage the passage
 * @param score how well it fits, by the measure of the search; the higher the better
 */
public record Hit(Passage passage, double score) {}
