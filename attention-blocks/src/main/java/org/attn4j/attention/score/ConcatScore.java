package org.attn4j.attention.score;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.LinearBlock;

/**
 * Luong's "concat" score, {@code v · tanh(W [q; k])}.
 *
 * <p>Luong et al. 2015, section 3.1, where W is W_a, q is h_t and k is h̄_s. W (A, Dq + Dk) is the
 * parameter {@code weight}, its columns in the order query, key, and v (1, A) is {@code energy}.
 * Pairs are never laid side by side: W [q; k] is the sum of two products, and that of the keys is
 * kept. The equation is that of {@link AdditiveScore} without a bias; W is one matrix, as it is in
 * the paper and in weights that come from elsewhere.
 *
 * <p>Time B·(T·Dq + S·Dk)·A for the products and B·T·S·A for the pairs; memory B·T·S·A.
 */
public final class ConcatScore extends ScoreBlock {

    private static final byte VERSION = 1;

    private final int hiddenSize;
    private final Parameter weight;
    private final LinearBlock energy;

    /**
     * Creates the score.
     *
     * @param hiddenSize A, the units of the hidden layer
     */
    public ConcatScore(int hiddenSize) {
        super(VERSION);
        this.hiddenSize = atLeastOne("hiddenSize", hiddenSize);
        weight =
                addParameter(
                        Parameter.builder()
                                .setName("weight")
                                .setType(Parameter.Type.WEIGHT)
                                .build());
        energy = addChildBlock("energy", linear(1, false));
    }

    @Override
    public NDArray keys(ParameterStore parameters, NDArray key, boolean training) {
        NDArray w = weight(parameters, key.getDevice(), training);
        long querySize = w.getShape().get(1) - key.getShape().get(2);
        NDIndex columns = new NDIndex(":, {}:", querySize);
        return linear(key, w.get(key.getManager(), columns)); // (B, S, A)
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
        NDManager manager = query.getManager();
        NDArray w = weight(parameters, query.getDevice(), training);
        NDIndex columns = new NDIndex(":, :{}", query.getShape().get(2));
        NDArray queries = linear(query, w.get(manager, columns)); // (B, T, A)
        NDArray hidden =
                queries.expandDims(2).add(AdditiveScore.rows(keys, manager)).tanh(); // (B, T, S, A)
        AttentionObserver.tell(observer, Stages.QUERY_TERM, () -> queries);
        AttentionObserver.tell(observer, Stages.KEY_TERM, () -> keys);
        AttentionObserver.tell(observer, Stages.HIDDEN, () -> hidden);
        return apply(energy, parameters, hidden, training).squeeze(3); // (B, T, S)
    }

    private NDArray weight(ParameterStore parameters, Device device, boolean training) {
        return parameters.getValue(weight, device, training); // (A, Dq + Dk)
    }

    private static NDArray linear(NDArray x, NDArray w) {
        return x.getNDArrayInternal().linear(x, w, null).singletonOrThrow();
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long columns = last(inputShapes[0]) + last(inputShapes[1]);
        weight.setShape(new Shape(hiddenSize, columns));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        energy.initialize(manager, dataType, new Shape(1, hiddenSize));
    }

    private static long last(Shape shape) {
        return shape.get(shape.dimension() - 1);
    }
}
