package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keys and values kept from one call to the next while a sequence is generated. It is handed to one
 * attention block again and again, and belongs to whoever generates, never to the block.
 *
 * <p>A mechanism may keep further arrays beside them under names of its own, its {@link
 * #state(String) state}: the running sum of the weights in coverage attention, the sums of linear
 * attention, the number of a step.
 *
 * <p>The arrays live on the manager that the cache was made with; those that are replaced are
 * closed.
 */
public interface KeyValueCache extends AutoCloseable {

    /**
     * Returns how many positions are cached.
     *
     * @return S, 0 at the start
     */
    int length();

    /**
     * Takes what a call brings and returns what it attends to.
     *
     * @param fresh computes the keys and values of this call; asked only if they are needed, and
     *     its arrays then belong to the cache
     * @return all keys and values, which belong to the cache and hold until its next change
     */
    KeyValues update(Supplier<KeyValues> fresh);

    /**
     * Counts the positions of a call for a mechanism that keeps no keys and values, but a {@link
     * #state(String) state} made of them.
     *
     * @param positions how many positions the call brings
     * @return whether they are new to the cache, so that the state must take them in; false if the
     *     cache is of a memory that it has already
     */
    boolean advance(int positions);

    /**
     * Returns an array that the mechanism kept beside keys and values.
     *
     * @param name what the mechanism calls it
     * @return the array, with the batch as its first axis, which belongs to the cache and holds
     *     until its next change; null if there is none of that name
     */
    NDArray state(String name);

    /**
     * Keeps an array beside keys and values until the next of that name, which closes it.
     *
     * @param name what the mechanism calls it
     * @param array the array, with the batch as its first axis; it belongs to the cache from now
     *     on. Null to keep none
     */
    void state(String name, NDArray array);

    /**
     * Returns whether anything is kept beside keys and values.
     *
     * @return whether there is a state of any name
     */
    boolean hasState();

    /**
     * Returns how much memory the arrays take: keys, values and state.
     *
     * @return bytes, 0 at the start
     */
    long bytes();

    /**
     * Keeps, repeats and reorders rows of the batch, as beam search does: those of keys, values and
     * state.
     *
     * @param rows which old row each new row continues, (B') of int64
     */
    void select(NDArray rows);

    /**
     * Goes on with rows of several caches, one below the other, each with those of its positions
     * that are kept; shorter ones are filled up behind with what must be hidden.
     *
     * @param parts the rows; this cache may be among the caches, and the others stay as they are
     */
    void join(List<CacheRows> parts);

    /** Closes the arrays. */
    @Override
    void close();
}
