package org.attn4j.attention.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.common.Require;

/**
 * Luong's "location" score, {@code W q}: the query alone says how much it wants each position,
 * whatever the key there is.
 *
 * <p>Luong et al. 2015, section 3.1, equation 8, where W is W_a and q is h_t. W (L, Dq) is {@code
 * location_proj}, with a row for each of the L positions that a source may have; a shorter source
 * uses the first S. Of the keys only their number counts. Time B·T·L·Dq; memory B·T·L.
 */
public final class LocationScore extends ScoreBlock {

    private static final byte VERSION = 1;

    private final int maxLength;
    private final LinearBlock locationProjection;

    /**
     * Creates the score.
     *
     * @param maxLength L, the most keys there can be
     */
    public LocationScore(int maxLength) {
        super(VERSION);
        this.maxLength = atLeastOne("maxLength", maxLength);
        locationProjection = addChildBlock("location_proj", linear(maxLength, false));
    }

    @Override
    public NDArray keys(ParameterStore parameters, NDArray key, boolean training) {
        return key.get(new NDIndex(":, :, :1")).stopGradient(); // (B, S, 1): the positions alone
    }

    @Override
    public NDArray scores(
            ParameterStore parameters, NDArray query, NDArray keys, boolean training) {
        long length = keys.getShape().get(1);
        Require.that(
                length <= maxLength,
                "there are location scores for %s keys, but there are %s: shorten the"
                        + " source, or train with a larger maxLength",
                maxLength,
                length);
        NDArray all = apply(locationProjection, parameters, query, training); // (B, T, L)
        return all.get(new NDIndex(":, :, :{}", length)); // (B, T, S)
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        locationProjection.initialize(manager, dataType, inputShapes[0]);
    }
}
