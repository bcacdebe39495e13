package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Alignment;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.score.AdditiveScore;

/**
 * Coverage attention: additive attention that knows what it looked at before, so as not to repeat
 * itself.
 *
 * <p>See, Liu and Manning 2017, section 2.3, equations 10 to 13: with the coverage {@code c_t =
 * Σ_{t' < t} α_t'}, zero at first, {@code e_ti = v · tanh(W_h h_i + W_s s_t + w_c c_ti + b)},
 * {@code α_t = softmax(e_t)} over the visible keys and {@code context_t = Σ_i α_ti h_i}. The
 * annotations h are key and value, the decoder's states s are the queries in the order of the
 * steps. W_s, W_h with b, and v are the children {@code query_proj}, {@code key_proj} and {@code
 * energy} of the child {@code score}; w_c (A) is the parameter {@code coverage_weight}. {@link
 * #loss} is the coverage loss, which penalises looking again at what is covered.
 *
 * <p>Query (B, T, Dq), key (B, S, Dk) and value (B, S, Dv) give a context (B, T, Dv). Choose it
 * where each part of the source should be used about once: summaries, translation, speech. A step
 * needs the weights of those before it, so the T steps run one after the other: time B·T·S·A as for
 * {@link AdditiveAttention}, in T rounds, and memory B·T·S·A in training, B·S·A a step in
 * generation. A cache keeps c beside the keys, as its state {@code coverage}, (B, S).
 */
public final class CoverageAttention extends ScoredAttention<AdditiveScore> {

    private static final byte VERSION = 1;
    private static final String COVERAGE = "coverage";

    private final Parameter coverageWeight; // (A)

    /**
     * Creates a block with softmax and without dropout.
     *
     * @param hiddenSize A, the units of the hidden layer of the score, at least 1
     */
    public CoverageAttention(int hiddenSize) {
        this(hiddenSize, Softmax.INSTANCE, 0);
    }

    /**
     * Creates a block.
     *
     * @param hiddenSize A, the units of the hidden layer of the score, at least 1
     * @param alignment how scores become weights
     * @param dropout the rate at which weights are dropped in training, in [0, 1); the coverage
     *     counts them as they are before
     */
    public CoverageAttention(int hiddenSize, Alignment alignment, float dropout) {
        super(VERSION, new AdditiveScore(hiddenSize, true), alignment, dropout);
        coverageWeight =
                addParameter(
                        Parameter.builder()
                                .setName("coverage_weight")
                                .setType(Parameter.Type.WEIGHT)
                                .optShape(new Shape(hiddenSize))
                                .optInitializer(new NormalInitializer(0.02f))
                                .build());
    }

    /**
     * What coverage attention computes.
     *
     * @param context (B, T, Dv)
     * @param weights α, (B, T, S)
     * @param coverage c, what each step knew of the steps before, (B, T, S)
     * @param scores e, before any mask, (B, T, S)
     */
    public record Covered(NDArray context, NDArray weights, NDArray coverage, NDArray scores) {}

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        KeyValues memory = memory(parameters, in, training);
        NDArray weights = steps(parameters, in, memory, training).get(0);
        return output(weights, memory, in, training);
    }

    /**
     * Attends, and tells what the steps knew.
     *
     * @param parameters where the block's parameters are found
     * @param in what attends to what
     * @param training whether this is a training pass
     * @return context, weights and coverage
     */
    public Covered cover(ParameterStore parameters, AttentionInputs in, boolean training) {
        KeyValues memory = memory(parameters, in, training);
        NDList steps = steps(parameters, in, memory, training); // each (B, 1, T, S)
        NDArray context = output(steps.get(0), memory, in, training).context();
        return new Covered(
                context, steps.get(0).squeeze(1), steps.get(1).squeeze(1), steps.get(2).squeeze(1));
    }

    /**
     * Computes the coverage loss of each step, {@code Σ_i min(α_ti, c_ti)}, equation 12.
     *
     * @param covered what {@link #cover} returned
     * @return (B, T), in [0, 1], 0 at the first step
     */
    public static NDArray stepLoss(Covered covered) {
        return NDArrays.minimum(covered.weights(), covered.coverage()).sum(new int[] {2});
    }

    /**
     * Computes the coverage loss of each row, the mean over its real steps. It is added to the loss
     * with a weight, 1 in the paper.
     *
     * @param covered what {@link #cover} returned
     * @param steps (B, T), which steps are real, as booleans or ones and zeros; null for all
     * @return (B)
     */
    public static NDArray loss(Covered covered, NDArray steps) {
        NDArray losses = stepLoss(covered); // (B, T)
        if (steps == null) {
            return losses.mean(new int[] {1});
        }
        NDArray real = steps.toType(losses.getDataType(), false);
        NDArray count = Scalars.maximum(real.sum(new int[] {1}), 1); // (B)
        return losses.mul(real).sum(new int[] {1}).div(count);
    }

    /** Weights, coverage and scores of all steps, each (B, 1, T, S). */
    private NDList steps(
            ParameterStore parameters, AttentionInputs in, KeyValues memory, boolean training) {
        NDArray query = in.query();
        NDManager manager = query.getManager();
        NDArray queries = score().queries(parameters, query, training); // (B, T, A)
        NDArray keys = keys(memory, manager); // (B, S, A)
        MaskArrays mask = mask(in, memory);
        NDArray covered = start(in.cache(), query, memory); // (B, 1, 1, S)
        NDList weights = new NDList();
        NDList coverage = new NDList();
        NDList scores = new NDList();
        for (long t = 0; t < query.getShape().get(1); t++) {
            AttentionObserver observer = in.observed() ? in.observer().at("steps." + t) : null;
            NDArray step = queries.get(new NDIndex(":, {}:{}", t, t + 1)); // (B, 1, A)
            NDArray features = features(parameters, covered, training); // (B, 1, S, A)
            NDArray fits =
                    score().pairs(parameters, step, keys, features, observer, training)
                            .expandDims(1); // (B, 1, 1, S)
            NDArray alpha = weights(parameters, fits, mask.ofQuery(manager, t), null, training);
            AttentionObserver.tell(observer, Stages.SCORES, () -> fits);
            AttentionObserver.tell(observer, Stages.PLAIN_WEIGHTS, () -> alpha);
            weights.add(alpha);
            coverage.add(covered);
            scores.add(fits);
            covered = covered.add(alpha);
        }
        if (in.cache() != null) {
            Shape shape = covered.getShape();
            in.cache().state(COVERAGE, covered.reshape(shape.get(0), shape.get(3)));
        }
        NDArray allScores = Heads.joined(scores, 2); // (B, 1, T, S)
        NDArray allCoverage = Heads.joined(coverage, 2);
        AttentionObserver.tell(in.observer(), Stages.COVERAGE, () -> allCoverage);
        AttentionObserver.tell(in.observer(), Stages.SCORES, () -> allScores);
        mask.tell(in.observer(), allScores);
        return new NDList(Heads.joined(weights, 2), allCoverage, allScores);
    }

    /** w_c c: (B, 1, 1, S) to (B, 1, S, A). */
    private NDArray features(ParameterStore parameters, NDArray covered, boolean training) {
        NDArray weight = parameters.getValue(coverageWeight, covered.getDevice(), training);
        return covered.swapAxes(2, 3).mul(weight);
    }

    /** What earlier calls covered; keys that came since are not covered. */
    private static NDArray start(KeyValueCache cache, NDArray query, KeyValues memory) {
        NDManager manager = query.getManager();
        long batch = query.getShape().get(0);
        long length = memory.length();
        NDArray kept = cache == null ? null : cache.state(COVERAGE);
        long known = kept == null ? 0 : kept.getShape().get(1);
        Shape rest = new Shape(batch, 1, 1, length - known);
        if (known == 0) {
            return manager.zeros(rest, query.getDataType());
        }
        NDArray old = kept.reshape(batch, 1, 1, known);
        old.attach(manager);
        return known == length ? old : old.concat(manager.zeros(rest, query.getDataType()), 3);
    }
}
