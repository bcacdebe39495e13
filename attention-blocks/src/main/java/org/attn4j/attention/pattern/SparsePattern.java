package org.attn4j.attention.pattern;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.HostArrays;

/**
 * Which positions of a sequence see which others, the same for every sequence of a batch.
 *
 * <p>{@link #columns} is the definition. {@link #gathers} says how it is computed in its own time:
 * queries that read nearly the same keys stand together in a block. Positions are counted from 0.
 * Patterns are immutable.
 */
public interface SparsePattern {

    /**
     * Returns how many different patterns the heads have.
     *
     * @return 1 if all heads share one
     */
    default int groups() {
        return 1;
    }

    /**
     * Returns which of the patterns a head has.
     *
     * @param head the head
     * @return below {@link #groups}
     */
    default int group(int head) {
        return 0;
    }

    /**
     * Returns how many heads the pattern is for.
     *
     * @return N, or 0 if it serves any number
     */
    default int heads() {
        return 0;
    }

    /**
     * Returns whether no query sees a later position, whatever the mask is.
     *
     * @return whether the pattern is causal by itself
     */
    default boolean isCausal() {
        return false;
    }

    /**
     * Returns the pattern of one pass, where it depends on the lengths or differs in training.
     *
     * @param extent the positions of the call
     * @param training whether this is a training pass
     * @return this unless a pattern says otherwise
     */
    default SparsePattern during(PatternExtent extent, boolean training) {
        return this;
    }

    /**
     * Returns whether all see all at these lengths, so that nothing is left out.
     *
     * @param extent the positions of the call
     * @return false unless a pattern gives way to full attention
     */
    default boolean isFull(PatternExtent extent) {
        return false;
    }

    /**
     * Returns the keys that a query sees.
     *
     * @param group which of the patterns
     * @param query a position
     * @param extent the positions of the call; if it is causal, no later key is seen
     * @return positions below {@code extent.keys()}, ascending
     */
    int[] columns(int group, int query, PatternExtent extent);

    /**
     * Returns what is to be gathered for the queries of an extent: for each query exactly the keys
     * of {@link #columns}, each once unless {@link #repeats} says otherwise. Unless a pattern finds
     * better blocks, every query is a block of its own.
     *
     * @param group which of the patterns
     * @param extent the positions of the call
     * @return gathers that hold every query of the extent; of a query that stands in several, the
     *     last one counts
     */
    default List<BlockGather> gathers(int group, PatternExtent extent) {
        int[] queries = IntStream.range(extent.first(), extent.end()).toArray();
        return List.of(BlockGather.singly(queries, query -> columns(group, query, extent)));
    }

    /**
     * Attends along the pattern.
     *
     * @param request queries, keys and values
     * @param extent the positions of the call
     * @return the context, (B, T, N, Hv)
     */
    default NDArray attend(SparseRequest request, PatternExtent extent) {
        return groups() == 1
                ? request.attend(gathers(0, extent), extent)
                : request.attendInGroups(this, extent);
    }

    /**
     * Returns the pattern in full, for an observer or a comparison: time and memory N·T·S.
     *
     * @param manager where the result lives
     * @param heads N
     * @param extent the positions of the call
     * @return ones and zeros, (1, N, T, S), or (1, 1, T, S) if all heads share one pattern
     */
    default NDArray visible(NDManager manager, int heads, PatternExtent extent) {
        int count = groups() == 1 ? 1 : heads;
        int size = Math.multiplyExact(extent.queries(), extent.keys());
        float[] visible = new float[Math.multiplyExact(count, size)];
        for (int head = 0; head < count; head++) {
            for (int i = 0; i < extent.queries(); i++) {
                for (int key : columns(group(head), extent.first() + i, extent)) {
                    visible[head * size + i * extent.keys() + key] = 1;
                }
            }
        }
        return HostArrays.of(
                manager, visible, new Shape(1, count, extent.queries(), extent.keys()));
    }

    /**
     * Returns what is added to the scores of the pattern in full, where its gathers hold keys more
     * than once: the logarithm of how often.
     *
     * @param manager where the result lives
     * @param heads N
     * @param extent the positions of the call
     * @return broadcastable to (1, N, T, S); null if no key counts more than once
     */
    default NDArray repeats(NDManager manager, int heads, PatternExtent extent) {
        return null;
    }
}
