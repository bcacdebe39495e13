package org.attn4j.models.metric;

/**
 * A chrF or chrF++ score.
 *
 * @param name chrF, the weight of recall, and a + for each order of words, for example {@code
 *     chrF2++}
 * @param score the F-score, from 0 to 100
 * @param signature the settings
 */
public record ChrfScore(String name, double score, String signature) implements MetricScore {}
