package org.attn4j.attention.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.LinearBlock;

/**
 * Luong's "general" score, {@code qᵀ W k}: a dot product after the key was carried into the space
 * of the query.
 *
 * <p>Luong et al. 2015, section 3.1, where W is W_a, q is h_t and k is h̄_s. W (Dq, Dk) is {@code
 * key_proj}; W k is kept of the keys. Time B·S·Dq·Dk once and B·T·S·Dq for the pairs; memory B·T·S.
 */
public final class GeneralScore extends ScoreBlock {

    private static final byte VERSION = 1;

    private final LinearBlock keyProjection;

    /**
     * Creates the score.
     *
     * @param querySize Dq, the features of a query
     */
    public GeneralScore(int querySize) {
        super(VERSION);
        atLeastOne("querySize", querySize);
        keyProjection = addChildBlock("key_proj", linear(querySize, false));
    }

    @Override
    public NDArray keys(ParameterStore parameters, NDArray key, boolean training) {
        return apply(keyProjection, parameters, key, training); // (B, S, Dq)
    }

    @Override
    public NDArray scores(
            ParameterStore parameters, NDArray query, NDArray keys, boolean training) {
        return scores(parameters, query, keys, null, training);
    }

    @Override
    public NDArray scores(
            ParameterStore parameters,
            NDArray query,
            NDArray keys,
            AttentionObserver observer,
            boolean training) {
        AttentionObserver.tell(observer, Stages.KEY_TERM, () -> keys);
        return DotScore.products(query, keys); // (B, T, S)
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        keyProjection.initialize(manager, dataType, inputShapes[1]);
    }
}
