package org.attn4j.datasets;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * Puts examples into the arrays of a batch.
 *
 * @param <E> an encoded example
 */
@FunctionalInterface
public interface Collator<E> {

    /**
     * The arrays of a batch.
     *
     * @param data the inputs, each with the examples as its first axis
     * @param labels the labels, each with the examples as its first axis
     */
    record Columns(NDList data, NDList labels) {}

    /**
     * Makes the arrays of a batch.
     *
     * @param manager the manager of the arrays
     * @param examples the examples, at least one
     * @param seed of what is random in it, such as which tokens are masked: another one for every
     *     batch of every epoch, and the same whenever that batch is made
     * @return the arrays
     */
    Columns collate(NDManager manager, List<E> examples, long seed);
}
