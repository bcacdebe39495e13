package org.attn4j.attention.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.common.Require;

/**
 * The base of scores with parameters. {@code forward} takes {@code [query, key]}, (B, T, Dq) and
 * (B, S, Dk), and gives {@code [scores]}, (B, T, S); {@code initialize} takes their shapes.
 */
public abstract class ScoreBlock extends AbstractBlock implements Score {

    /**
     * Creates a block.
     *
     * @param version the version of its format on disk
     */
    protected ScoreBlock(byte version) {
        super(version);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray keys = keys(parameters, inputs.get(1), training);
        return new NDList(scores(parameters, inputs.get(0), keys, training));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape query = inputShapes[0];
        return new Shape[] {new Shape(query.get(0), query.get(1), inputShapes[1].get(1))};
    }

    static LinearBlock linear(long units, boolean bias) {
        return LinearBlock.of(units, bias);
    }

    static NDArray apply(
            LinearBlock linear, ParameterStore parameters, NDArray x, boolean training) {
        return linear.forward(parameters, new NDList(x), training).singletonOrThrow();
    }

    static int atLeastOne(String name, int value) {
        Require.that(value >= 1, "%s must be at least 1, got %s=%s", name, name, value);
        return value;
    }
}
