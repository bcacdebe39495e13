package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.Optional;

/**
 * What blocks that map by {@code x Wᵀ + b} share: the kernel that computes it, packed weights for
 * prediction, and a low-rank update that is added.
 */
public final class LinearMap {

    private final Parameter weight;
    private final Parameter bias; // null without
    private LowRankUpdate update; // null without; set before the block runs
    private PackedLinear packed; // null without; set before the block runs

    /**
     * Creates a map.
     *
     * @param weight (out, in), which some block owns
     * @param bias (out), or null for none
     */
    public LinearMap(Parameter weight, Parameter bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /**
     * Maps an array.
     *
     * @param parameters where the parameters are found
     * @param x (…, in)
     * @param training whether this is a training pass
     * @return (…, out)
     */
    public NDArray apply(ParameterStore parameters, NDArray x, boolean training) {
        Optional<NDArray> predicted =
                packed == null || training ? Optional.empty() : packed.apply(x);
        if (predicted.isPresent() && update == null) {
            return predicted.get(); // (…, out)
        }
        Device device = x.getDevice();
        NDArray w = parameters.getValue(weight, device, training);
        NDArray b = parameters.getValue(bias, device, training);
        NDArray y = // (…, out)
                predicted.orElseGet(() -> Kernels.of(x.getManager()).linear().linear(x, w, b));
        return update == null ? y : update.ofLinear(parameters, x, y, w, b, training);
    }

    /**
     * Maps the heads of a context, put side by side, in one call, if the weights are packed and
     * nothing is added.
     *
     * @param context (B, N, T, H)
     * @param training whether this is a training pass
     * @return (B, T, out); nothing if it is to be joined and mapped
     */
    public Optional<NDArray> applyJoined(NDArray context, boolean training) {
        return packed == null || training || update != null
                ? Optional.empty()
                : packed.applyJoined(context);
    }

    /**
     * Takes some of the outputs.
     *
     * @param owner takes the copy over
     * @param rows which of the outputs
     * @return the map to them; nothing if something is added
     */
    public Optional<LinearRows> rows(NDManager owner, int[] rows) {
        if (update != null) {
            return Optional.empty();
        }
        try (NDManager scratch = owner.newSubManager()) {
            NDArray b = bias == null ? null : alias(scratch, bias);
            return Optional.of(LinearRows.of(owner, alias(scratch, weight), b, rows));
        }
    }

    /**
     * Returns the weight.
     *
     * @return (out, in)
     */
    public Parameter weight() {
        return weight;
    }

    /**
     * Returns the bias.
     *
     * @return (out), or null for none
     */
    public Parameter bias() {
        return bias;
    }

    /**
     * Sets what is added.
     *
     * @param added the update, whose owner is the block; null for none
     */
    public void adapt(LowRankUpdate added) {
        update = added;
    }

    /**
     * Returns what is added.
     *
     * @return the update, if there is one
     */
    public Optional<LowRankUpdate> update() {
        return Optional.ofNullable(update);
    }

    /**
     * Packs the weight, as {@link Packable#pack} does.
     *
     * @param owner takes the packed weight over
     * @param precision what prediction computes with
     * @throws IllegalArgumentException if this precision is not to be had here
     */
    public void pack(NDManager owner, Precision precision) {
        unpack();
        packed = packedTogether(owner, List.of(this), precision).orElse(null);
    }

    /** Packs maps of the same input as one, whose outputs stand side by side. */
    static Optional<PackedLinear> packedTogether(
            NDManager owner, List<LinearMap> maps, Precision precision) {
        try (NDManager scratch = owner.newSubManager()) {
            NDList weights = new NDList();
            NDList biases = new NDList();
            for (LinearMap map : maps) {
                NDArray w = alias(scratch, map.weight);
                weights.add(w);
                biases.add(
                        map.bias == null
                                ? scratch.zeros(new Shape(w.getShape().get(0)), w.getDataType())
                                : alias(scratch, map.bias));
            }
            boolean one = maps.size() == 1;
            return Kernels.of(owner)
                    .packed(
                            owner,
                            one ? weights.head() : NDArrays.concat(weights),
                            one ? biases.head() : NDArrays.concat(biases),
                            precision);
        }
    }

    private static NDArray alias(NDManager scratch, Parameter parameter) {
        NDArray alias = parameter.getArray().stopGradient();
        alias.attach(scratch);
        return alias;
    }

    /**
     * Returns the packed weight.
     *
     * @return the packed map, if there is one
     */
    public Optional<PackedLinear> packed() {
        return Optional.ofNullable(packed);
    }

    /** Frees what was packed. */
    public void unpack() {
        if (packed != null) {
            packed.close();
            packed = null;
        }
    }
}
