package org.attn4j.attention.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Sublayers of transformers in one call that records its gradient, each with its layer norm,
 * dropout and residual connection. In small models a step's time is that of its many operations,
 * and these have fewer than the parts.
 *
 * <p>The definition are the parts. Where a call gives nothing, they are to compute.
 */
public final class SublayerKernel {

    /** Never applies: on an engine without fused kernels, or where they are not right. */
    static final SublayerKernel NONE = new SublayerKernel(null, null, false);

    private final TorchModule module; // null for none
    private final LinearKernel linear;
    private final boolean drops;

    /**
     * Creates the kernel.
     *
     * @param module has the functions; null for none
     * @param linear large maps are left to it
     * @param drops whether dropout is that of the module
     */
    SublayerKernel(TorchModule module, LinearKernel linear, boolean drops) {
        this.module = module;
        this.linear = linear;
        this.drops = drops;
    }

    /**
     * What stands around a sublayer.
     *
     * @param norm its layer norm
     * @param before whether the norm stands before the sublayer; after the sum if not
     * @param dropout the rate at which the update is dropped from
     */
    public record Frame(PackedLayer.Norm norm, boolean before, float dropout) {}

    /**
     * Softmax attention of scaled products.
     *
     * @param maps to queries, keys, values, and of contexts
     * @param heads N, of queries, keys and values
     * @param scale the factor on the scores
     * @param dropout the rate at which weights are dropped
     * @param rotation of queries and keys; null for none
     */
    public record Attention(
            List<LinearMap> maps, int heads, double scale, float dropout, Rotation rotation) {}

    /**
     * A feed-forward block.
     *
     * @param maps to the inner values, to the gate if there is one, and back
     * @param activation named as in configurations
     * @param dropout the rate at which inner values are dropped
     */
    public record FeedForward(List<LinearMap> maps, String activation, float dropout) {}

    /**
     * Attends in a training pass.
     *
     * @param parameters where the parameters are found
     * @param x (B, T, D)
     * @param memory what it attends to, (B, S, D'); null for x itself
     * @param attention how
     * @param frame what stands around it
     * @param causal whether later keys are hidden, and no others
     * @param mask who sees whom otherwise
     * @return (B, T, D); nothing where the parts are to compute
     */
    public Optional<NDArray> attend(
            ParameterStore parameters,
            NDArray x,
            NDArray memory,
            Attention attention,
            Frame frame,
            boolean causal,
            MaskArrays mask) {
        List<LinearMap> maps = attention.maps;
        boolean biased = maps.get(0).bias() != null;
        if (!applies(x, maps, frame, attention.dropout > 0)
                || maps.subList(1, 3).stream().anyMatch(it -> (it.bias() != null) != biased)
                || memory != null && !fits(memory, maps.get(1))
                || !mask.isNone() && mask.additive().getDataType() != DataType.FLOAT32) {
            return Optional.empty();
        }
        List<NDArray> weights = weights(maps, parameters, x.getDevice());
        return Optional.of(attend(x, memory, weights, attention, frame, causal, mask));
    }

    /** The same with weights and biases, which are of no elements where there is none. */
    NDArray attend(
            NDArray x,
            NDArray memory,
            List<NDArray> weights,
            Attention attention,
            Frame frame,
            boolean causal,
            MaskArrays mask) {
        boolean full = attention.dropout > 0 || AttentionKernel.Fused.isFew(x, x.getShape().get(1));
        NDArray none = module.nothing();
        Rotation rotation = attention.rotation;
        List<NDArray> arguments = new ArrayList<>(weights.size() + 9);
        arguments.add(x);
        arguments.add(memory == null ? none : memory);
        arguments.addAll(weights);
        arguments.add(frame.norm.weight());
        arguments.add(frame.norm.bias());
        arguments.add(mask.isNone() ? none : mask.additive());
        arguments.add(mask.seeing() == null ? none : mask.seeing());
        arguments.add(rotation == null ? none : rotation.cos());
        arguments.add(rotation == null ? none : rotation.sin());
        arguments.add(
                module.constants(
                        frame.before ? 1 : 0,
                        frame.norm.epsilon(),
                        frame.dropout,
                        attention.heads,
                        attention.scale,
                        attention.dropout,
                        causal ? 1 : 0,
                        full ? 1 : 0,
                        rotation != null && rotation.neighbours() ? 1 : 0));
        return module.call("attention_sublayer", arguments.toArray(NDArray[]::new)); // (B, T, D)
    }

    /**
     * Runs a feed-forward block in a training pass.
     *
     * @param parameters where the parameters are found
     * @param x (B, T, D)
     * @param block the block
     * @param frame what stands around it
     * @return (B, T, D); nothing where the parts are to compute
     */
    public Optional<NDArray> feedForward(
            ParameterStore parameters, NDArray x, FeedForward block, Frame frame) {
        List<LinearMap> maps = block.maps;
        boolean known = PackedFeedForward.ACTIVATIONS.contains(block.activation);
        if (!known || !applies(x, maps, frame, block.dropout > 0)) {
            return Optional.empty();
        }
        List<NDArray> weights = new ArrayList<>(weights(maps, parameters, x.getDevice()));
        if (maps.size() == 2) {
            weights.addAll(2, List.of(module.nothing(), module.nothing()));
        }
        return Optional.of(feedForward(x, weights, block, frame));
    }

    /** The same with weights and biases, which are of no elements where there is none. */
    NDArray feedForward(NDArray x, List<NDArray> weights, FeedForward block, Frame frame) {
        List<NDArray> arguments = new ArrayList<>(weights.size() + 4);
        arguments.add(x);
        arguments.addAll(weights);
        arguments.add(frame.norm.weight());
        arguments.add(frame.norm.bias());
        arguments.add(
                module.constants(
                        frame.before ? 1 : 0,
                        frame.norm.epsilon(),
                        frame.dropout,
                        PackedFeedForward.ACTIVATIONS.indexOf(block.activation),
                        block.dropout));
        return module.call("feed_forward_sublayer", arguments.toArray(NDArray[]::new));
    }

    private List<NDArray> weights(List<LinearMap> maps, ParameterStore parameters, Device device) {
        List<NDArray> weights = new ArrayList<>(2 * maps.size());
        for (LinearMap map : maps) {
            weights.add(parameters.getValue(map.weight(), device, true));
            NDArray bias = parameters.getValue(map.bias(), device, true);
            weights.add(bias == null ? module.nothing() : bias);
        }
        return weights;
    }

    private boolean applies(NDArray x, List<LinearMap> maps, Frame frame, boolean inner) {
        return module != null
                && (drops || !inner && frame.dropout == 0)
                && Stream.of(maps.get(0), maps.get(maps.size() - 1)).allMatch(map -> fits(x, map))
                && maps.stream().allMatch(map -> map.update().isEmpty());
    }

    /** Whether the engine's own map is the one to be used: the others are for large maps. */
    private boolean fits(NDArray x, LinearMap map) {
        Shape shape = x.getShape();
        return shape.dimension() == 3
                && x.getDataType() == DataType.FLOAT32
                && map.weight().getArray().getDataType() == DataType.FLOAT32
                && linear.way(
                                shape.get(0) * shape.get(1),
                                map.weight().getShape().get(1),
                                map.weight().getShape().get(0))
                        == 0;
    }
}
