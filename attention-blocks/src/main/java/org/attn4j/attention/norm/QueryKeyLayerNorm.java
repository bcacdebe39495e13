package org.attn4j.attention.norm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * Layer normalisation of queries and keys: {@code scores = LN(q) · LN(k) / √H}.
 *
 * <p>Dehghani et al. 2023, "Scaling Vision Transformers to 22 Billion Parameters", section 2: LN
 * works on the features of a head, with a weight that the heads share and no bias; the variance is
 * that of the features themselves (divided by H), and 1e-6 is added to it. The parameters are
 * {@code query_norm} and {@code key_norm}, (H) each, and start as ones.
 *
 * <p>Choose it for large models and high learning rates, where scores otherwise grow until training
 * diverges. It costs the norms, B·(T + S)·D.
 */
public final class QueryKeyLayerNorm extends AbstractBlock implements QueryKeyNorm {

    private static final byte VERSION = 1;

    private static final double EPSILON = 1e-6;

    private final Parameter queryWeight; // (H)
    private final Parameter keyWeight; // (H)

    /**
     * Creates the norm.
     *
     * @param headSize H
     */
    public QueryKeyLayerNorm(int headSize) {
        super(VERSION);
        Require.that(headSize >= 2, "headSize must be at least 2, got headSize=%s", headSize);
        queryWeight = addParameter(weight("query_norm", headSize));
        keyWeight = addParameter(weight("key_norm", headSize));
    }

    private static Parameter weight(String name, int headSize) {
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.GAMMA)
                .optShape(new Shape(headSize))
                .build();
    }

    @Override
    public NDArray query(ParameterStore parameters, NDArray queryHeads, boolean training) {
        return normalised(parameters, queryWeight, queryHeads, training);
    }

    @Override
    public NDArray key(ParameterStore parameters, NDArray keyHeads, boolean training) {
        return normalised(parameters, keyWeight, keyHeads, training);
    }

    private static NDArray normalised(
            ParameterStore parameters, Parameter weight, NDArray heads, boolean training) {
        NDArray scale = parameters.getValue(weight, heads.getDevice(), training); // (H)
        NDArray wide = UnitVectors.wide(heads);
        NDArray centred = wide.sub(wide.mean(new int[] {-1}, true));
        NDArray variance = centred.square().mean(new int[] {-1}, true); // (…, 1)
        return centred.div(Scalars.add(variance, EPSILON).sqrt())
                .toType(heads.getDataType(), false)
                .mul(scale);
    }

    @Override
    public double scale(long headSize) {
        return 1 / Math.sqrt(headSize);
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
