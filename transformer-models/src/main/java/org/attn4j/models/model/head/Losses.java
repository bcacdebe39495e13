package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/** The losses of transformers' models, means over what counts. */
public final class Losses {

    /** The label of a position that does not count. */
    public static final long IGNORED = -100;

    private Losses() {}

    /**
     * The cross-entropy of a classification, the mean over the labels that are not {@link
     * #IGNORED}.
     *
     * @param logits (…, C)
     * @param labels (…) of int64
     * @return a scalar; not a number if no label counts
     */
    public static NDArray crossEntropy(NDArray logits, NDArray labels) {
        return crossEntropy(logits, labels, IGNORED);
    }

    /**
     * The cross-entropy of a classification.
     *
     * @param logits (…, C)
     * @param labels (…) of int64
     * @param ignored the label of what does not count
     * @return a scalar; not a number if no label counts
     */
    public static NDArray crossEntropy(NDArray logits, NDArray labels, long ignored) {
        Shape shape = logits.getShape();
        long classes = shape.get(shape.dimension() - 1);
        NDArray rows = logits.reshape(-1, classes); // (M, C)
        NDArray flat = labels.reshape(-1); // (M)
        Require.that(
                rows.getShape().get(0) == flat.getShape().get(0),
                "labels must have a value for each row of the logits, got labels=%s, logits=%s",
                labels.getShape(),
                shape);
        NDArray sum = Kernels.of(logits.getManager()).loss().crossEntropy(rows, flat, 0f, ignored);
        NDArray count = flat.neq(ignored).toType(DataType.FLOAT32, false).sum();
        return sum.reshape(new Shape()).div(count.reshape(new Shape()));
    }

    /**
     * The cross-entropy of a causal language model: the logits of each position against the label
     * of the next.
     *
     * @param logits (B, T, V)
     * @param labels (B, T) of int64
     * @return a scalar
     */
    public static NDArray nextToken(NDArray logits, NDArray labels) {
        return crossEntropy(logits.get(":, :-1"), labels.get(":, 1:"));
    }

    /**
     * The mean square of the differences.
     *
     * @param logits (B, C), or (B, 1)
     * @param labels as many values
     * @return a scalar
     */
    public static NDArray meanSquare(NDArray logits, NDArray labels) {
        NDArray wanted = labels.toType(logits.getDataType(), false).reshape(logits.getShape());
        return logits.sub(wanted).square().mean();
    }

    /**
     * The binary cross-entropy of logits, the mean over all of them.
     *
     * @param logits any shape
     * @param labels as many values of 0 to 1
     * @return a scalar
     */
    public static NDArray binaryCrossEntropy(NDArray logits, NDArray labels) {
        return binary(logits, labels).mean();
    }

    /**
     * The binary cross-entropy of logits, the mean over the positions that count.
     *
     * @param logits any shape
     * @param labels as many values of 0 to 1
     * @param counted as many values, 1 where a position counts and else 0
     * @return a scalar
     */
    public static NDArray binaryCrossEntropy(NDArray logits, NDArray labels, NDArray counted) {
        NDArray weights = counted.toType(logits.getDataType(), false).reshape(logits.getShape());
        return binary(logits, labels).mul(weights).sum().div(weights.sum());
    }

    /** {@code max(x, 0) - x·y + log(1 + exp(-|x|))}, which overflows nowhere. */
    private static NDArray binary(NDArray logits, NDArray labels) {
        NDArray wanted = labels.toType(logits.getDataType(), false).reshape(logits.getShape());
        NDArray tail = Scalars.add(logits.abs().neg().exp(), 1).log();
        return logits.getNDArrayInternal().relu().sub(logits.mul(wanted)).add(tail);
    }

    /**
     * The loss of an answer's span: the mean of the cross-entropies of its start and its end over
     * the T positions. A position outside of the sequence does not count.
     *
     * @param startLogits (B, T)
     * @param endLogits (B, T)
     * @param starts (B) or (B, 1) of int64
     * @param ends (B) or (B, 1) of int64
     * @return a scalar
     */
    public static NDArray span(
            NDArray startLogits, NDArray endLogits, NDArray starts, NDArray ends) {
        long outside = startLogits.getShape().get(1); // T
        NDArray start = crossEntropy(startLogits, starts.clip(0, outside), outside);
        NDArray end = crossEntropy(endLogits, ends.clip(0, outside), outside);
        return Scalars.multiply(start.add(end), 0.5).reshape(new Shape());
    }
}
