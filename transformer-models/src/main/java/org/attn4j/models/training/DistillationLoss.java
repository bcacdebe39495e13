package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * What a student learns from a teacher, as DistilBERT does (Sanh et al. 2019, section 3): the
 * divergence KL(teacher, student) of the distributions at a temperature, times its square (Hinton
 * et al. 2015, section 2), the cross-entropy with the labels, and one minus the cosine between the
 * states of both, each with a weight.
 *
 * <p>The first two are means over the labels that count, the third is one over the tokens that are
 * seen. The predictions are those of {@link DistillationBlock} in training; of its one prediction
 * in inference the loss is the cross-entropy alone, without a weight.
 */
public final class DistillationLoss extends Loss implements TokenLoss {

    private final Weights weights;
    private final LabelSmoothedCrossEntropy hard;
    private final long ignored;

    /**
     * How much each part counts.
     *
     * @param temperature what logits are divided by before they become distributions
     * @param soft the weight of the divergence; 5 in DistilBERT
     * @param hard the weight of the cross-entropy with the labels; 2 in DistilBERT
     * @param cosine the weight of the cosine; 1 in DistilBERT
     */
    public record Weights(double temperature, double soft, double hard, double cosine) {

        /** Those of DistilBERT. */
        public static final Weights DISTILBERT = new Weights(2, 5, 2, 1);

        public Weights {
            Require.that(
                    temperature > 0,
                    "temperature must be above 0, got temperature=%s",
                    temperature);
            Require.that(
                    soft >= 0 && hard >= 0 && cosine >= 0 && soft + hard + cosine > 0,
                    "weights must not be negative, and one above 0, got soft=%s, hard=%s, cosine=%s",
                    soft,
                    hard,
                    cosine);
        }
    }

    /**
     * Constructs the loss.
     *
     * @param weights how much each part counts
     * @param ignored the label that does not count
     */
    public DistillationLoss(Weights weights, long ignored) {
        super("DistillationLoss");
        this.weights = weights;
        this.ignored = ignored;
        hard = new LabelSmoothedCrossEntropy(0, ignored);
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        return Scalars.multiply(sum(labels, predictions), 1.0 / Math.max(1, count(labels)));
    }

    @Override
    public NDArray sum(NDList labels, NDList predictions) {
        if (predictions.size() == 1) {
            return hard.sum(labels, predictions);
        }
        NDArray logits = rows(predictions.get(0)); // (M, V)
        NDArray sum = Scalars.multiply(hard.sum(labels, predictions), weights.hard);
        if (weights.soft > 0) {
            NDArray soft = divergence(logits, rows(predictions.get(1)), labels.head());
            sum = sum.add(Scalars.multiply(soft, weights.soft).reshape(sum.getShape()));
        }
        if (weights.cosine > 0) {
            NDArray apart = apart(predictions.get(2), predictions.get(3), predictions.get(4));
            double weight = weights.cosine * count(labels);
            sum = sum.add(Scalars.multiply(apart, weight).reshape(sum.getShape()));
        }
        return sum;
    }

    private static NDArray rows(NDArray logits) {
        Shape shape = logits.getShape();
        return logits.reshape(-1, shape.get(shape.dimension() - 1));
    }

    /** T² · KL(teacher, student), summed over the rows whose labels count. */
    private NDArray divergence(NDArray student, NDArray teacher, NDArray labels) {
        NDArray log = Scalars.divide(student, weights.temperature).logSoftmax(1); // (M, V)
        NDArray wanted = Scalars.divide(teacher, weights.temperature).logSoftmax(1);
        NDArray counted =
                labels.reshape(-1, 1).neq(ignored).toType(student.getDataType(), false); // (M, 1)
        NDArray each = wanted.sub(log).mul(wanted.exp()).mul(counted);
        return Scalars.multiply(each.sum(), weights.temperature * weights.temperature);
    }

    /** The mean of 1 - cos over the tokens that are seen. */
    private static NDArray apart(NDArray student, NDArray teacher, NDArray seen) {
        NDArray visible = seen.toType(student.getDataType(), false); // (B, T)
        NDArray dots = student.mul(teacher).sum(new int[] {2}); // (B, T)
        NDArray cosine = dots.div(length(student)).div(length(teacher));
        NDArray each = Scalars.subtract(1, cosine).mul(visible);
        return each.sum().div(visible.sum());
    }

    private static NDArray length(NDArray states) {
        return Scalars.add(states.square().sum(new int[] {2}), 1e-12).sqrt(); // (B, T)
    }

    @Override
    public long count(NDList labels) {
        return hard.count(labels);
    }

    @Override
    public void addAccumulator(String key) {
        hard.addAccumulator(key);
    }

    @Override
    public void updateAccumulator(String key, NDList labels, NDList predictions) {
        hard.updateAccumulator(key, labels, predictions);
    }

    @Override
    public void updateAccumulators(String[] keys, NDList labels, NDList predictions) {
        hard.updateAccumulators(keys, labels, predictions);
    }

    @Override
    public void resetAccumulator(String key) {
        hard.resetAccumulator(key);
    }

    @Override
    public float getAccumulator(String key) {
        return hard.getAccumulator(key);
    }
}
