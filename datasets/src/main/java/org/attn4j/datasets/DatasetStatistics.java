package org.attn4j.datasets;

/**
 * What became of a corpus when it was encoded.
 *
 * @param pairs the pairs kept
 * @param empty the pairs skipped because a side was empty
 * @param overlong the pairs skipped because a side was too long
 * @param truncated the pairs kept with a side cut
 * @param sourceTokens the source tokens kept, end-of-sentence ids included
 * @param targetTokens the target tokens kept, end-of-sentence ids included
 */
public record DatasetStatistics(
        long pairs,
        long empty,
        long overlong,
        long truncated,
        long sourceTokens,
        long targetTokens) {}
