package org.attn4j.models.training.embedding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import org.attn4j.common.Require;
import org.attn4j.models.model.sentence.SentenceVectors;

/** What losses need of embedded columns. */
final class Columns {

    private Columns() {}

    /** Refuses a batch without the columns that a loss compares. */
    static void require(NDList columns, int least, int most, String what) {
        Require.that(
                columns.size() >= least && columns.size() <= most,
                "the loss compares %s, got %s columns of texts",
                what,
                columns.size());
    }

    /** The cosine of each row of one column with the same row of another, (B). */
    static NDArray cosines(NDArray left, NDArray right) {
        return SentenceVectors.normalized(left)
                .mul(SentenceVectors.normalized(right))
                .sum(new int[] {1});
    }

    /** Columns below each other. */
    static NDArray stacked(NDList columns) {
        return columns.size() == 1 ? columns.head() : NDArrays.concat(columns, 0);
    }
}
