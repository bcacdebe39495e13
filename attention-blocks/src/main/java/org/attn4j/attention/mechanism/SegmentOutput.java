package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;

/**
 * What {@link TransformerXl} gives for a segment.
 *
 * @param hidden the last layer's output, (B, T, D)
 * @param memory what the next segment is given
 */
public record SegmentOutput(NDArray hidden, SegmentMemory memory) {}
