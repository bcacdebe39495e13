package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Objects;
import org.attn4j.common.Require;

/**
 * A trained update of low rank of a map that stays as it is: {@code W x + s · B A x} (Hu et al.
 * 2022, LoRA), with dropout before A in a training pass. A is (r, in), B (out, r).
 *
 * <p>With a magnitude m (out) it is DoRA (Liu et al. 2024): {@code m / ‖W + s · B A‖ · (W + s · B
 * A) x}, the norm over each row. As in the paper's section 4.3, and in PEFT, the norm is a constant
 * to the gradient.
 *
 * <p>Of an embedding, whose rows are the columns of a map of one-hot vectors, A is (r, ids) and B
 * (size, r); nothing is dropped.
 */
public final class LowRankUpdate extends AbstractBlock {

    private static final byte VERSION = 1;

    private final Parameter down;
    private final Parameter up;
    private final Parameter magnitude; // null without
    private final float scale;
    private final float dropout;

    /**
     * Creates an update.
     *
     * @param down A, which several updates of one input may share
     * @param up B
     * @param magnitude m; null for LoRA
     * @param scale s
     * @param dropout how many elements of the input become 0 before A, in [0, 1)
     */
    public LowRankUpdate(
            Parameter down, Parameter up, Parameter magnitude, float scale, float dropout) {
        super(VERSION);
        this.down = addParameter(Objects.requireNonNull(down, "down"));
        this.up = addParameter(Objects.requireNonNull(up, "up"));
        this.magnitude = magnitude == null ? null : addParameter(magnitude);
        this.scale = scale;
        this.dropout = Require.rate("dropout", dropout);
    }

    /**
     * Returns A.
     *
     * @return the parameter (r, in)
     */
    public Parameter down() {
        return down;
    }

    /**
     * Returns B.
     *
     * @return the parameter (out, r)
     */
    public Parameter up() {
        return up;
    }

    /**
     * Returns the magnitude.
     *
     * @return the parameter (out); null of LoRA
     */
    public Parameter magnitude() {
        return magnitude;
    }

    /**
     * Updates the result of a linear map.
     *
     * @param parameters where the parameters are found
     * @param x (…, in)
     * @param plain W x + b, (…, out)
     * @param weight W, (out, in)
     * @param bias b, (out), or null
     * @param training whether this is a training pass
     * @return (…, out)
     */
    public NDArray ofLinear(
            ParameterStore parameters,
            NDArray x,
            NDArray plain,
            NDArray weight,
            NDArray bias,
            boolean training) {
        Kernels kernels = Kernels.of(x.getManager());
        Device device = x.getDevice();
        boolean drops = training && dropout > 0;
        NDArray input = drops ? kernels.dropout().dropout(x, dropout) : x; // (..., in)
        NDArray a = parameters.getValue(down, device, training);
        NDArray b = parameters.getValue(up, device, training);
        NDArray inner = Scalars.multiply(kernels.linear().linear(input, a, null), scale);
        NDArray low = kernels.linear().linear(inner, b, null); // (..., out)
        if (magnitude == null) {
            return plain.add(low);
        }
        NDArray ratio = ratio(parameters, weight, a, b, x, training); // (out)
        NDArray base;
        if (drops) {
            base = kernels.linear().linear(input, weight, null);
        } else {
            base = bias == null ? plain : plain.sub(bias);
        }
        return plain.add(base.mul(Scalars.subtract(ratio, 1))).add(low.mul(ratio));
    }

    /**
     * Updates the rows of an embedding.
     *
     * @param parameters where the parameters are found
     * @param ids (…)
     * @param plain their rows, (…, size)
     * @param table the embedding, (ids, size)
     * @param training whether this is a training pass
     * @return (…, size)
     */
    public NDArray ofEmbedding(
            ParameterStore parameters,
            NDArray ids,
            NDArray plain,
            NDArray table,
            boolean training) {
        Device device = ids.getDevice();
        NDArray a = parameters.getValue(down, device, training); // (r, ids)
        NDArray b = parameters.getValue(up, device, training); // (size, r)
        NDArray columns = on(ids.getManager(), a).transpose(); // (ids, r)
        NDArray inner =
                ids.getNDArrayInternal()
                        .embedding(ids, columns, SparseFormat.DENSE)
                        .singletonOrThrow(); // (..., r)
        NDArray low =
                Kernels.of(ids.getManager())
                        .linear()
                        .linear(Scalars.multiply(inner, scale), b, null); // (..., size)
        if (magnitude == null) {
            return plain.add(low);
        }
        NDArray upright = alias(ids.getManager(), table).transpose();
        NDArray ratio = ratio(parameters, upright, a, b, plain, training);
        return plain.mul(ratio).add(low.mul(ratio));
    }

    /** m / ‖W + s · B A‖, (out), on the manager of an activation. */
    private NDArray ratio(
            ParameterStore parameters,
            NDArray weight,
            NDArray a,
            NDArray b,
            NDArray activation,
            boolean training) {
        NDManager manager = activation.getManager();
        NDArray norm = norm(manager, weight, a, b);
        NDArray one = manager.ones(norm.getShape(), norm.getDataType());
        return one.div(norm).mul(parameters.getValue(magnitude, activation.getDevice(), training));
    }

    private NDArray norm(NDManager manager, NDArray weight, NDArray a, NDArray b) {
        NDArray updated = sum(manager, weight, a, b);
        return updated.square().sum(new int[] {1}).sqrt(); // (out)
    }

    /** W + s · B A without gradients, on a manager. */
    private NDArray sum(NDManager manager, NDArray weight, NDArray a, NDArray b) {
        NDArray product =
                alias(manager, b).matMul(alias(manager, a)); // (out, r) (r, in) -> (out, in)
        return Scalars.multiply(product, scale).add(alias(manager, weight));
    }

    private static NDArray alias(NDManager manager, NDArray array) {
        NDArray alias = array.stopGradient();
        alias.attach(manager);
        return alias;
    }

    /** An array whose results live on a manager: the parameter itself keeps its own. */
    private static NDArray on(NDManager manager, NDArray parameter) {
        NDArray view = parameter.reshape(parameter.getShape());
        view.attach(manager);
        return view;
    }

    /**
     * Sets the magnitude to the norms of the rows of W + s · B A, with which the update changes
     * nothing but what B A does.
     *
     * @param weight W, (out, in), or (ids, out) of an embedding
     * @param transposed whether it is an embedding
     */
    public void beginMagnitude(NDArray weight, boolean transposed) {
        NDArray target = magnitude.getArray();
        try (NDManager scratch = target.getManager().newSubManager()) {
            NDArray upright = alias(scratch, transposed ? weight.transpose() : weight);
            norm(scratch, upright, down.getArray(), up.getArray()).copyTo(target);
        }
    }

    /**
     * Returns the weight of a plain map that does the same in prediction.
     *
     * @param manager the manager of the result
     * @param weight W, (out, in), or (ids, out) of an embedding
     * @param transposed whether it is an embedding
     * @return the weight, of the shape of W
     */
    public NDArray merged(NDManager manager, NDArray weight, boolean transposed) {
        NDArray upright = alias(manager, transposed ? weight.transpose() : weight);
        NDArray a = down.getArray();
        NDArray b = up.getArray();
        NDArray sum = sum(manager, upright, a, b);
        if (magnitude != null) {
            NDArray ratio = alias(manager, magnitude.getArray()).div(norm(manager, upright, a, b));
            sum = sum.mul(ratio.expandDims(1));
        }
        return transposed ? sum.transpose() : sum;
    }

    /** Refuses: an update is a part of the map that it updates. */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        throw new UnsupportedOperationException(
                "an update runs with the map that it updates, not alone");
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return inputShapes;
    }
}
