package org.attn4j.attention.align;

import ai.djl.ndarray.NDArray;

/** Keys in the order of their scores. */
final class Ranks {

    private Ranks() {}

    /** The scores of each row, the largest first. */
    static NDArray descending(NDArray scores) {
        return scores.neg().sort(-1).neg();
    }

    /** 1, 2 … S, in the type of the scores. */
    static NDArray ranks(NDArray scores) {
        long keys = scores.getShape().get(3);
        return scores.getManager()
                .arange(1f, keys + 1f, 1f)
                .toType(scores.getDataType(), false); // (S)
    }
}
