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
 * The additive score, {@code v · tanh(W_q q + W_k k [+ b])}: a network with one hidden layer reads
 * query and key, which may be of different sizes.
 *
 * <p>Bahdanau et al. 2015, appendix A.1.2, where W_q is W_a, W_k is U_a and v is v_a; Xu et al.
 * 2015, equation 4, leave the form open. Here W_q (A, Dq) is {@code query_proj}, W_k (A, Dk) with b
 * (A) is {@code key_proj}, and v (1, A) is {@code energy}. W_k k + b is kept of the keys.
 *
 * <p>Time B·(T·Dq + S·Dk)·A for the projections and B·T·S·A for the pairs; memory B·T·S·A, which is
 * A times that of a dot product.
 */
public final class AdditiveScore extends ScoreBlock {

    private static final byte VERSION = 1;

    private final LinearBlock queryProjection;
    private final LinearBlock keyProjection;
    private final LinearBlock energy;

    /**
     * Creates the score without a bias, as in Bahdanau's paper.
     *
     * @param hiddenSize A, the units of the hidden layer
     */
    public AdditiveScore(int hiddenSize) {
        this(hiddenSize, false);
    }

    /**
     * Creates the score.
     *
     * @param hiddenSize A, the units of the hidden layer
     * @param bias whether the hidden layer has a bias
     */
    public AdditiveScore(int hiddenSize, boolean bias) {
        super(VERSION);
        atLeastOne("hiddenSize", hiddenSize);
        queryProjection = addChildBlock("query_proj", linear(hiddenSize, false));
        keyProjection = addChildBlock("key_proj", linear(hiddenSize, bias));
        energy = addChildBlock("energy", linear(1, false));
    }

    @Override
    public NDArray keys(ParameterStore parameters, NDArray key, boolean training) {
        return apply(keyProjection, parameters, key, training); // (B, S, A)
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
        NDArray queries = queries(parameters, query, training);
        return pairs(parameters, queries, keys, null, observer, training);
    }

    /**
     * Prepares queries, for {@link #pairs}.
     *
     * @param parameters where the parameters are found
     * @param query (B, T, Dq)
     * @param training whether this is a training pass
     * @return W_q q, (B, T, A)
     */
    public NDArray queries(ParameterStore parameters, NDArray query, boolean training) {
        return apply(queryProjection, parameters, query, training);
    }

    /**
     * Scores pairs of which more may be known than query and key, such as how much a key was
     * attended to before: {@code v · tanh(W_q q + W_k k + b + f)}.
     *
     * @param parameters where the parameters are found
     * @param queries what {@link #queries} returned, (B, T, A), or some steps of it
     * @param keys what {@link #keys} returned, (B, S, A)
     * @param features f, broadcastable to (B, T, S, A); null for none
     * @param observer is told the terms and the hidden layer; null for nobody
     * @param training whether this is a training pass
     * @return (B, T, S)
     */
    public NDArray pairs(
            ParameterStore parameters,
            NDArray queries,
            NDArray keys,
            NDArray features,
            AttentionObserver observer,
            boolean training) {
        AttentionObserver.tell(observer, Stages.QUERY_TERM, () -> queries);
        AttentionObserver.tell(observer, Stages.KEY_TERM, () -> keys);
        NDArray sum = queries.expandDims(2).add(rows(keys, queries.getManager())); // (B, T, S, A)
        if (features != null) {
            AttentionObserver.tell(observer, Stages.COVERAGE_TERM, () -> features);
            sum = sum.add(features);
        }
        NDArray hidden = sum.tanh();
        AttentionObserver.tell(observer, Stages.HIDDEN, () -> hidden);
        return apply(energy, parameters, hidden, training).squeeze(3); // (B, T, S)
    }

    /** The keys as (B, 1, S, A), on the manager of the pass even if they are kept elsewhere. */
    static NDArray rows(NDArray keys, NDManager manager) {
        NDArray rows = keys.expandDims(1);
        rows.attach(manager);
        return rows;
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        queryProjection.initialize(manager, dataType, inputShapes[0]);
        keyProjection.initialize(manager, dataType, inputShapes[1]);
        Shape hidden = queryProjection.getOutputShapes(new Shape[] {inputShapes[0]})[0];
        energy.initialize(manager, dataType, hidden);
    }
}
