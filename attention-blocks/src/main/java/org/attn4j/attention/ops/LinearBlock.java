package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Optional;
import org.attn4j.common.Require;

/**
 * DJL's linear block, {@code y = x Wᵀ + b} over the last dimension with W (units, in) and b
 * (units), computed by the fastest exact kernel of the engine and device.
 *
 * <p>It is saved and loaded as DJL's block is, which it may replace anywhere.
 */
public final class LinearBlock extends Linear implements Adaptable {

    private final Parameter weight;
    private final Parameter bias; // null without
    private LowRankUpdate update; // null without; set before the block runs

    private LinearBlock(Builder builder, boolean hasBias) {
        super(builder);
        weight = getDirectParameters().get("weight");
        bias = hasBias ? getDirectParameters().get("bias") : null;
    }

    /**
     * Creates a block.
     *
     * @param units the features of the output
     * @param bias whether a bias is added
     * @return the block, which learns the features of its input when it is initialised
     */
    public static LinearBlock of(long units, boolean bias) {
        Require.that(units > 0, "units must be positive, got units=%s", units);
        return new LinearBlock(builder().setUnits(units).optBias(bias), bias);
    }

    /**
     * Maps an array.
     *
     * @param parameters where the block's parameters are found
     * @param x (…, in)
     * @param training whether this is a training pass
     * @return (…, units)
     */
    public NDArray apply(ParameterStore parameters, NDArray x, boolean training) {
        return forward(parameters, new NDList(x), training).singletonOrThrow();
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray input = inputs.singletonOrThrow(); // (…, in)
        Device device = input.getDevice();
        NDArray w = parameterStore.getValue(weight, device, training);
        NDArray b = parameterStore.getValue(bias, device, training);
        NDArray y = Kernels.of(input.getManager()).linear().linear(input, w, b); // (…, units)
        return new NDList(
                update == null ? y : update.ofLinear(parameterStore, input, y, w, b, training));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        // an update is initialised when it is made
    }

    @Override
    public Use use() {
        return Use.LINEAR;
    }

    @Override
    public Parameter weight() {
        return weight;
    }

    @Override
    public void adapt(LowRankUpdate update) {
        children.clear();
        this.update = update == null ? null : addChildBlock("update", update);
    }

    @Override
    public Optional<LowRankUpdate> update() {
        return Optional.ofNullable(update);
    }
}
