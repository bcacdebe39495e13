package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * What {@link TransformerXl} keeps of the segments that it has read: for each layer the inputs of
 * the last positions. No gradient flows into it.
 *
 * @param hidden the inputs of each layer, (B, M, D); an empty list at the start
 * @param visible which positions may be seen, (B, M) of ones and zeros in float32; null at the
 *     start
 */
public record SegmentMemory(List<NDArray> hidden, NDArray visible) implements AutoCloseable {

    public SegmentMemory {
        hidden = List.copyOf(hidden);
    }

    /**
     * Returns the memory before the first segment.
     *
     * @return a memory of no positions
     */
    public static SegmentMemory empty() {
        return new SegmentMemory(List.of(), null);
    }

    /**
     * Returns how many positions are remembered.
     *
     * @return M, 0 at the start
     */
    public long length() {
        return hidden.isEmpty() ? 0 : hidden.get(0).getShape().get(1);
    }

    /**
     * Moves the arrays to a manager, so that they outlive the step that made them.
     *
     * @param manager where they live from now on
     * @return this memory
     */
    public SegmentMemory attach(NDManager manager) {
        hidden.forEach(array -> array.attach(manager));
        if (visible != null) {
            visible.attach(manager);
        }
        return this;
    }

    /** Frees the arrays. */
    @Override
    public void close() {
        hidden.forEach(NDArray::close);
        if (visible != null) {
            visible.close();
        }
    }
}
