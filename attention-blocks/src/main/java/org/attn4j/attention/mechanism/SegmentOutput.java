package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * What {@link TransformerXl} gives for a segment.
 *
 * @param hidden the last layer's output, (B, T, D)
 * @param memory what the next segment is given
 * @param weights of each layer, (B, N, T, M + T), the memory's places first; empty unless an
 *     observer asked for them
 */
public record SegmentOutput(NDArray hidden, SegmentMemory memory, List<NDArray> weights) {

    /** {@inheritDoc} */
    public SegmentOutput {
        weights = List.copyOf(weights);
    }
}
