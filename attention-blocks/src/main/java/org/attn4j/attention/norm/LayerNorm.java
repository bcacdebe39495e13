package org.attn4j.attention.norm;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Optional;
import org.attn4j.attention.ops.PackedLayer;

/**
 * Layer normalisation over the last axis: {@code (x - mean) / sqrt(variance + eps) * weight + bias}
 * (Ba et al. 2016, "Layer Normalization", eq. 4).
 *
 * <p>Unlike {@link ai.djl.nn.norm.LayerNorm} its size is given when it is built, so a checkpoint's
 * shapes can be checked before anything is initialised, and its parameters carry the names of
 * published checkpoints, {@code weight} and {@code bias}.
 */
public final class LayerNorm extends AbstractBlock {

    private static final byte VERSION = 1;

    private final Shape size;
    private final float epsilon;
    private final Parameter weight; // null without
    private final Parameter bias; // null without

    /**
     * Creates a norm.
     *
     * @param size the length of the last axis, D
     * @param epsilon what is added to the variance
     */
    public LayerNorm(long size, double epsilon) {
        this(size, epsilon, true);
    }

    /**
     * Creates a norm that may lack weight and bias.
     *
     * @param size the length of the last axis, D
     * @param epsilon what is added to the variance
     * @param affine whether there are a weight and a bias
     */
    public LayerNorm(long size, double epsilon, boolean affine) {
        super(VERSION);
        this.size = new Shape(size);
        this.epsilon = (float) epsilon;
        weight = affine ? addParameter(parameter("weight", Parameter.Type.GAMMA)) : null;
        bias = affine ? addParameter(parameter("bias", Parameter.Type.BETA)) : null;
    }

    private Parameter parameter(String name, Parameter.Type type) {
        return Parameter.builder().setName(name).setType(type).optShape(size).build();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes and gives one array (…, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow(); // (..., D)
        Device device = x.getDevice();
        NDManager manager = x.getManager();
        DataType type = x.getDataType();
        NDArray factor =
                weight == null
                        ? manager.ones(size, type)
                        : parameters.getValue(weight, device, training);
        NDArray added =
                bias == null
                        ? manager.zeros(size, type)
                        : parameters.getValue(bias, device, training);
        return x.getNDArrayInternal().layerNorm(x, size, factor, added, epsilon);
    }

    /**
     * Returns the norm for a packed layer.
     *
     * @return its weight, bias and ε; nothing without weight and bias
     */
    public Optional<PackedLayer.Norm> packed() {
        return weight == null
                ? Optional.empty()
                : Optional.of(new PackedLayer.Norm(weight.getArray(), bias.getArray(), epsilon));
    }

    /**
     * Returns the norm for a sublayer in training.
     *
     * @param parameters where its parameters are found
     * @param device where it computes
     * @return its weight, bias and ε; nothing without weight and bias
     */
    public Optional<PackedLayer.Norm> trained(ParameterStore parameters, Device device) {
        return weight == null
                ? Optional.empty()
                : Optional.of(
                        new PackedLayer.Norm(
                                parameters.getValue(weight, device, true),
                                parameters.getValue(bias, device, true),
                                epsilon));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
