package org.attn4j.attention.norm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.common.Require;

/**
 * Scaled cosine attention: {@code scores = cos(q, k) / τ}, with a learned temperature τ for each
 * head.
 *
 * <p>Liu et al. 2022, "Swin Transformer V2", section 3.2, equation 2; a bias by position is added
 * to the scores there ({@code optScoreBias}). τ is kept at 0.01 or above. The parameter is {@code
 * logit_scale} = −ln τ, (N, 1, 1), as it is in published checkpoints; it starts at τ = 0.1.
 *
 * <p>Scores lie within ±1/τ whatever the network before does: choose it where dot products grow in
 * deep or wide models until single keys take all. It costs the norms, B·(T + S)·D, and no memory
 * beyond.
 */
public final class CosineNorm extends AbstractBlock implements QueryKeyNorm {

    private static final byte VERSION = 1;

    private static final double STEEPEST = Math.log(1 / 0.01);
    private static final double START = Math.log(1 / 0.1);

    private final int heads;
    private final Parameter logitScale; // (N, 1, 1)

    /**
     * Creates the norm.
     *
     * @param heads N
     */
    public CosineNorm(int heads) {
        super(VERSION);
        Require.that(heads >= 1, "heads must be at least 1, got heads=%s", heads);
        this.heads = heads;
        logitScale =
                addParameter(
                        Parameter.builder()
                                .setName("logit_scale")
                                .setType(Parameter.Type.OTHER)
                                .optShape(new Shape(heads, 1, 1))
                                .optInitializer(
                                        (manager, shape, type) ->
                                                manager.full(shape, (float) START, type))
                                .build());
    }

    @Override
    public NDArray query(ParameterStore parameters, NDArray queryHeads, boolean training) {
        NDManager manager = queryHeads.getManager();
        NDArray unit = UnitVectors.of(queryHeads); // in float32 or wider
        NDArray learned = parameters.getValue(logitScale, queryHeads.getDevice(), training);
        NDArray factor =
                manager.zeros(new Shape(1, heads, 1, 1), unit.getDataType())
                        .add(learned)
                        .clip(-Float.MAX_VALUE, STEEPEST)
                        .exp(); // 1 / τ, (1, N, 1, 1)
        return unit.mul(factor).toType(queryHeads.getDataType(), false); // (B, N, T, H)
    }

    @Override
    public NDArray key(ParameterStore parameters, NDArray keyHeads, boolean training) {
        return UnitVectors.of(keyHeads).toType(keyHeads.getDataType(), false);
    }

    @Override
    public double scale(long headSize) {
        return 1;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(
                query(parameters, inputs.get(0), training),
                key(parameters, inputs.get(1), training));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return inputShapes;
    }
}
