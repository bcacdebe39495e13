package org.attn4j.attention.norm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.common.Require;

/**
 * Query-key normalisation: {@code scores = g · (q/|q|) · (k/|k|)}, with one learned g for all heads
 * in place of 1/√H.
 *
 * <p>Henry et al. 2020, "Query-Key Normalization for Transformers", section 3. The parameter {@code
 * g}, (1), starts at {@code log2(n² − n)}, n being the length that nearly all sequences (97.5 %)
 * stay within: enough for softmax to single a key out among n.
 *
 * <p>Choose it for small data and small models, where saturated softmax hurts most; {@link
 * CosineNorm} has a factor for each head, {@link QueryKeyLayerNorm} one for each feature. It costs
 * the norms, B·(T + S)·D.
 */
public final class QueryKeyUnitNorm extends AbstractBlock implements QueryKeyNorm {

    private static final byte VERSION = 1;

    private final Parameter g; // (1)

    /**
     * Creates the norm.
     *
     * @param length n, the length that nearly all sequences stay within, at least 2
     */
    public QueryKeyUnitNorm(int length) {
        super(VERSION);
        Require.that(length >= 2, "length must be at least 2, got length=%s", length);
        float start = (float) (Math.log((double) length * length - length) / Math.log(2));
        g =
                addParameter(
                        Parameter.builder()
                                .setName("g")
                                .setType(Parameter.Type.OTHER)
                                .optShape(new Shape(1))
                                .optInitializer(
                                        (manager, shape, type) -> manager.full(shape, start, type))
                                .build());
    }

    @Override
    public NDArray query(ParameterStore parameters, NDArray queryHeads, boolean training) {
        NDArray unit = UnitVectors.of(queryHeads); // in float32 or wider
        NDArray learned = parameters.getValue(g, queryHeads.getDevice(), training);
        NDArray factor =
                queryHeads.getManager().zeros(new Shape(1), unit.getDataType()).add(learned);
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
