package org.attn4j.attention.ops;

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
public final class LinearBlock extends Linear implements Adaptable, Packable {

    private final LinearMap map;

    private LinearBlock(Builder builder, boolean hasBias) {
        super(builder);
        map =
                new LinearMap(
                        getDirectParameters().get("weight"),
                        hasBias ? getDirectParameters().get("bias") : null);
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
        NDArray x = inputs.singletonOrThrow(); // (…, in)
        return new NDList(map.apply(parameterStore, x, training)); // (…, units)
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        // an update is initialised when it is made
    }

    /**
     * Maps the heads of a context, put side by side, in one call, if the weights are packed and
     * nothing is added.
     *
     * @param context (B, N, T, H)
     * @param training whether this is a training pass
     * @return (B, T, units); nothing if it is to be joined and mapped
     */
    public Optional<NDArray> applyJoined(NDArray context, boolean training) {
        return map.applyJoined(context, training);
    }

    /**
     * Returns what this block computes.
     *
     * @return the map
     */
    public LinearMap map() {
        return map;
    }

    @Override
    public void pack(NDManager owner, Precision precision) {
        map.pack(owner, precision);
    }

    @Override
    public void unpack() {
        map.unpack();
    }

    @Override
    public Use use() {
        return Use.LINEAR;
    }

    @Override
    public Parameter weight() {
        return map.weight();
    }

    @Override
    public void adapt(LowRankUpdate update) {
        children.clear();
        map.adapt(update == null ? null : addChildBlock("update", update));
    }

    @Override
    public Optional<LowRankUpdate> update() {
        return map.update();
    }
}
