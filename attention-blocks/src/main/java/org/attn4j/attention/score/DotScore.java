package org.attn4j.attention.score;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * The dot product of query and key, {@code scale · q · k}, for queries and keys of one size.
 *
 * <p>With a scale of 1 it is the "dot" score of Luong et al. 2015, section 3.1; with 1/√D that of
 * Vaswani et al. 2017, equation 1. It has no parameters, and the keys are kept as they are. Time
 * B·T·S·D; memory B·T·S.
 */
public final class DotScore implements Score {

    private final double scale;

    /** Creates the score with a scale of 1. */
    public DotScore() {
        this(1);
    }

    /**
     * Creates the score.
     *
     * @param scale the factor on each product
     */
    public DotScore(double scale) {
        this.scale = scale;
    }

    @Override
    public NDArray keys(ParameterStore parameters, NDArray key, boolean training) {
        return key;
    }

    @Override
    public NDArray scores(
            ParameterStore parameters, NDArray query, NDArray keys, boolean training) {
        return products(scale == 1 ? query : Scalars.multiply(query, scale), keys);
    }

    /** (B, T, D) and (B, S, D) to (B, T, S), on the manager of the query. */
    static NDArray products(NDArray query, NDArray keys) {
        Require.that(
                query.getShape().get(2) == keys.getShape().get(2),
                "a dot product needs queries and keys of one size, got query=%s,"
                        + " key=%s: use the general or the concat score",
                query.getShape(),
                keys.getShape());
        NDArray columns = keys.swapAxes(1, 2); // (B, D, S)
        columns.attach(query.getManager());
        return query.matMul(columns);
    }
}
