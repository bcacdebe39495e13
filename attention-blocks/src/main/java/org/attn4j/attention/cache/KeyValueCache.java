package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import java.util.function.Supplier;

/**
 * Keys and values kept from one call to the next while a sequence is generated. It is handed to one
 * attention block again and again, and belongs to whoever generates, never to the block.
 *
 * <p>The arrays live on the manager that the cache was made with; those that are replaced are
 * closed.
 */
public interface KeyValueCache extends AutoCloseable {

    /**
     * Returns how many places are cached.
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
     * Keeps, repeats and reorders rows of the batch, as beam search does.
     *
     * @param rows which old row each new row continues, (B') of int64
     */
    void select(NDArray rows);

    /** Closes the arrays. */
    @Override
    void close();
}
