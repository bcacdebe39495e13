package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A layer of packed self-attention and feed-forward with layer norms, as one call. */
public final class PackedLayer implements AutoCloseable {

    private final TorchModule module;
    private final List<NDArray> weights = new ArrayList<>();

    /**
     * A layer norm.
     *
     * @param weight (D)
     * @param bias (D)
     * @param epsilon what is added to the variance
     */
    public record Norm(NDArray weight, NDArray bias, double epsilon) {}

    /**
     * Self-attention.
     *
     * @param heads its projections to heads
     * @param output the projection of their contexts
     * @param scale the factor on the scores
     */
    public record SelfAttention(PackedHeads heads, PackedLinear output, double scale) {}

    private final SelfAttention attention;
    private final PackedFeedForward feedForward;

    private PackedLayer(SelfAttention attention, PackedFeedForward feedForward) {
        this.attention = attention;
        this.feedForward = feedForward;
        module = attention.heads.map().module();
    }

    /**
     * Joins the parts of a layer.
     *
     * @param owner takes what is made here over
     * @param attention its attention
     * @param attentionNorm the norm of it
     * @param feedForward its feed-forward block
     * @param feedForwardNorm the norm of it
     * @param normsBefore whether the norms stand before the sublayers; after the sums if not
     * @return the layer; nothing if there is no function for these parts
     */
    public static Optional<PackedLayer> of(
            NDManager owner,
            SelfAttention attention,
            Norm attentionNorm,
            PackedFeedForward feedForward,
            Norm feedForwardNorm,
            boolean normsBefore) {
        if (feedForward.isGated() || attentionNorm.epsilon != feedForwardNorm.epsilon) {
            return Optional.empty();
        }
        PackedHeads heads = attention.heads;
        PackedLayer layer = new PackedLayer(attention, feedForward);
        layer.weights.addAll(heads.map().parts());
        layer.weights.addAll(attention.output.parts());
        layer.weights.addAll(List.of(attentionNorm.weight, attentionNorm.bias));
        layer.weights.addAll(feedForward.parts());
        layer.weights.addAll(List.of(feedForwardNorm.weight, feedForwardNorm.bias));
        NDArray sizes =
                layer.module.vector(
                        heads.heads(),
                        heads.groups(),
                        feedForward.activation(),
                        normsBefore ? 1 : 0);
        NDArray numbers = layer.module.vector(attention.scale, attentionNorm.epsilon);
        for (NDArray settings : List.of(sizes, numbers)) {
            Temporaries.keep(settings);
            settings.attach(owner);
            layer.weights.add(settings);
        }
        return Optional.of(layer);
    }

    /**
     * Computes the layer.
     *
     * @param x (B, T, D)
     * @param mask who sees whom
     * @return (B, T, D); nothing where the parts are to compute
     */
    public Optional<NDArray> apply(NDArray x, MaskArrays mask) {
        if (!PackedLinear.takes(x) || !mask.isNone() && mask.seeing() == null) {
            return Optional.empty();
        }
        List<NDArray> arguments = new ArrayList<>(weights.size() + 3);
        arguments.add(x);
        arguments.addAll(weights);
        if (mask.isNone()) {
            return PackedLinear.unlessRecording(
                    module.call("packed_layer", arguments.toArray(NDArray[]::new)));
        }
        arguments.add(mask.additive());
        arguments.add(mask.seeing());
        return PackedLinear.unlessRecording(
                module.call("packed_layer_masked", arguments.toArray(NDArray[]::new)));
    }

    /**
     * Whether its parts are still packed: blocks can be unpacked one by one.
     *
     * @return false if it cannot compute any more
     */
    public boolean isOpen() {
        return attention.heads.map().isOpen() && attention.output.isOpen() && feedForward.isOpen();
    }

    /** Frees what was made here; the parts are their owners'. */
    @Override
    public void close() {
        weights.subList(weights.size() - 2, weights.size()).forEach(NDArray::close);
    }
}
