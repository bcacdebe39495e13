package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;
import org.attn4j.models.layer.ProjectedStates;

/**
 * Cross-entropy between logits and token ids, with label smoothing, over the tokens that are not
 * padding.
 *
 * <p>Smoothing mixes the target distribution with the uniform one over all V classes (Szegedy et
 * al. 2016, section 7; the behaviour of PyTorch's {@code cross_entropy}). {@link #evaluate} gives
 * the mean over tokens, as DJL's trainers expect; {@link #sum} and {@link #count} serve
 * accumulation. As an evaluator it reports the mean over all tokens of an epoch, whatever the sizes
 * of its batches.
 */
public class LabelSmoothedCrossEntropy extends Loss implements TokenLoss {

    private final float smoothing;
    private final long padId;
    private final Map<String, Total> totals = new ConcurrentHashMap<>();

    /** A running sum of losses and tokens. */
    private record Total(double loss, long tokens) {

        static final Total NONE = new Total(0, 0);

        Total plus(Total other) {
            return new Total(loss + other.loss, tokens + other.tokens);
        }
    }

    /**
     * Constructs the loss.
     *
     * @param smoothing the mass spread over all classes, from 0 to below 1
     * @param padId the label that does not count
     * @throws IllegalArgumentException if {@code smoothing} is out of range
     */
    public LabelSmoothedCrossEntropy(float smoothing, long padId) {
        super("LabelSmoothedCrossEntropy");
        Require.that(
                smoothing >= 0 && smoothing < 1,
                "smoothing must lie in [0, 1), got smoothing=%s",
                smoothing);
        this.smoothing = smoothing;
        this.padId = padId;
    }

    /**
     * Returns the mean loss of the tokens that are not padding; 0 if there are none.
     *
     * @param labels the token ids, (B, T) or (M)
     * @param predictions the logits, (B, T, V) or (M, V)
     * @return the mean, a scalar
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        return Scalars.multiply(sum(labels, predictions), 1.0 / Math.max(1, count(labels)));
    }

    @Override
    public NDArray sum(NDList labels, NDList predictions) {
        NDArray target = labels.head(); // (B, T)
        NDArray logits = rows("logits", predictions.head(), target); // (M, V)
        return Kernels.of(logits.getManager())
                .loss()
                .crossEntropy(logits, target.reshape(new Shape(-1)), smoothing, padId);
    }

    /**
     * Returns the sum of the loss of logits that are not made yet, without the memory that they
     * take.
     *
     * @param labels the token ids, (B, T) or (M)
     * @param predictions what makes the logits, states (B, T, D) or (M, D)
     * @return what {@link #sum(NDList, NDList)} is for the logits
     */
    public NDArray sum(NDList labels, ProjectedStates predictions) {
        NDArray target = labels.head(); // (B, T)
        NDArray states = rows("states", predictions.states(), target); // (M, D)
        return Kernels.of(states.getManager())
                .loss()
                .projectedCrossEntropy(
                        states,
                        predictions.weight(),
                        predictions.bias(),
                        target.reshape(new Shape(-1)),
                        smoothing,
                        padId);
    }

    private static NDArray rows(String name, NDArray array, NDArray target) {
        long width = array.getShape().get(array.getShape().dimension() - 1);
        Require.that(
                array.size() / width == target.size(),
                "%s must have a row for each label, got %s=%s, labels=%s",
                name,
                name,
                array.getShape(),
                target.getShape());
        return array.reshape(new Shape(-1, width));
    }

    @Override
    public long count(NDList labels) {
        try (NDArray visible = labels.head().neq(padId);
                NDArray ones = visible.toType(DataType.INT64, false);
                NDArray total = ones.sum()) {
            return total.getLong();
        }
    }

    /**
     * Counts the tokens that the model would choose: those whose label has the highest logit.
     *
     * @param labels the token ids, (B, T) or (M)
     * @param predictions the logits, (B, T, V) or (M, V)
     * @return the number of tokens, of those that {@link #count} counts
     */
    public long countRight(NDList labels, NDList predictions) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray wanted = labels.head().reshape(-1); // (M)
            NDArray best = predictions.head().argMax(-1).toType(DataType.INT64, false).reshape(-1);
            NDArray right = best.eq(wanted).logicalAnd(wanted.neq(padId));
            return right.toType(DataType.INT64, false).sum().getLong();
        }
    }

    @Override
    public void addAccumulator(String key) {
        totals.put(key, Total.NONE);
    }

    @Override
    public void updateAccumulators(String[] keys, NDList labels, NDList predictions) {
        Total update = total(labels, predictions);
        for (String key : keys) {
            totals.merge(key, update, Total::plus);
        }
    }

    @Override
    public void updateAccumulator(String key, NDList labels, NDList predictions) {
        updateAccumulators(new String[] {key}, labels, predictions);
    }

    private Total total(NDList labels, NDList predictions) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return new Total(sum(labels, predictions).getFloat(), count(labels));
        }
    }

    @Override
    public void resetAccumulator(String key) {
        totals.computeIfPresent(key, (k, total) -> Total.NONE);
    }

    @Override
    public float getAccumulator(String key) {
        Total total = totals.get(key);
        Require.that(total != null, "No loss found at that path");
        return total.tokens == 0 ? Float.NaN : (float) (total.loss / total.tokens);
    }
}
