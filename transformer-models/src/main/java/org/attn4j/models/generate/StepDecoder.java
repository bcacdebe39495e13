package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.attn4j.common.Require;

/**
 * Decodes rows of target tokens one step at a time and keeps what it has computed of each row so
 * far, its key/value caches. Not safe for use by several threads.
 */
public interface StepDecoder extends AutoCloseable {

    /**
     * Returns the number of live rows, R.
     *
     * @return the number of rows that {@link #step} takes
     */
    int rows();

    /**
     * Makes room for tokens that will be decoded, so that keys and values are written to arrays
     * that are there rather than to new ones; what is decoded stays the same. A decoder that keeps
     * none does nothing.
     *
     * @param tokens how many steps there will be at most
     */
    default void reserve(int tokens) {}

    /**
     * Appends a token to each row and predicts the next.
     *
     * @param lastIds (R) int64; in the first step the start token
     * @return logits (R, V), or of the tokens that were {@linkplain #choose chosen}; they and
     *     everything made on the way live on the manager of {@code lastIds}, so closing it frees
     *     the step
     */
    NDArray step(NDArray lastIds);

    /**
     * Computes from now on the logits of some tokens alone, if that is faster than those of all.
     *
     * @param tokens ids, which become the columns of the logits; null for every token again
     * @return whether it does; a decoder that cannot goes on with every token
     */
    default boolean choose(int[] tokens) {
        return false;
    }

    /**
     * Goes on with these rows, in this order: a row may be repeated, and one that is left out is
     * forgotten.
     *
     * @param rows numbers of present rows, at least one
     */
    void select(int[] rows);

    /**
     * Returns whether rows of other decoders can {@link #join}.
     *
     * @return whether they can, at any step
     */
    default boolean joins() {
        return false;
    }

    /**
     * Takes over the rows of another decoder of the same model, behind the rows of this one.
     *
     * @param other the decoder, which is closed; both have made a step at least
     */
    default void join(StepDecoder other) {
        throw new UnsupportedOperationException("the rows of this decoder go on together");
    }

    /**
     * Checks that a step has an id for each row.
     *
     * @param lastIds what {@link #step} was given
     * @param rows how many rows there are
     * @throws IllegalArgumentException if it has not
     */
    static void requireIds(NDArray lastIds, int rows) {
        Shape shape = lastIds.getShape();
        Require.that(
                shape.dimension() == 1 && shape.get(0) == rows,
                "there are %s rows, got ids of shape %s",
                rows,
                shape);
    }

    /** Frees the caches. */
    @Override
    void close();
}
