package org.attn4j.attention.norm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * Root mean square normalisation over the last axis: {@code x / sqrt(mean(x²) + eps) · weight}.
 *
 * <p>Zhang and Sennrich 2019, "Root Mean Square Layer Normalization", equation 4. It is layer
 * normalisation without the mean and without a bias: T5, Llama and DeepSeek use it. In half
 * precision the mean of the squares is taken in float32, as Hugging Face's models do, and the
 * result is rounded before it meets the weight.
 *
 * <p>Takes and gives (…, D); the parameter {@code weight} (D) begins as ones. Time and memory grow
 * with the size of x.
 */
public final class RmsNorm extends AbstractBlock {

    private static final byte VERSION = 1;

    private final long size;
    private final double epsilon;
    private final Parameter weight;

    /**
     * Creates a norm.
     *
     * @param size the length of the last axis, D
     * @param epsilon what is added to the mean of the squares, such as 1e-6
     */
    public RmsNorm(long size, double epsilon) {
        super(VERSION);
        Require.that(
                size >= 1 && epsilon >= 0,
                "size must be at least 1 and epsilon at least 0, got size=%s, epsilon=%s",
                size,
                epsilon);
        this.size = size;
        this.epsilon = epsilon;
        weight =
                addParameter(
                        Parameter.builder()
                                .setName("weight")
                                .setType(Parameter.Type.GAMMA)
                                .optShape(new Shape(size))
                                .build());
    }

    /**
     * Returns D.
     *
     * @return the length of the last axis
     */
    public long size() {
        return size;
    }

    /**
     * Normalises.
     *
     * @param parameters where the weight is found
     * @param x (…, D)
     * @param training whether this is a training pass
     * @return (…, D)
     */
    public NDArray apply(ParameterStore parameters, NDArray x, boolean training) {
        NDArray scale = parameters.getValue(weight, x.getDevice(), training); // (D)
        return normalised(x, epsilon).mul(scale);
    }

    /**
     * Normalises without a weight.
     *
     * @param x (…, D)
     * @param epsilon what is added to the mean of the squares
     * @return {@code x / sqrt(mean(x²) + eps)}, (…, D)
     */
    public static NDArray normalised(NDArray x, double epsilon) {
        DataType type = x.getDataType();
        boolean half = type == DataType.FLOAT16 || type == DataType.BFLOAT16;
        NDArray wide = half ? x.toType(DataType.FLOAT32, false) : x;
        NDArray meanSquare = wide.mul(wide).mean(new int[] {-1}, true); // (…, 1)
        NDArray root = Scalars.add(meanSquare, epsilon).sqrt();
        return wide.div(root).toType(type, false);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(apply(parameters, inputs.singletonOrThrow(), training));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
