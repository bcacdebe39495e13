package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A layer of packed attention and feed-forward with layer norms, as one call. */
public final class PackedLayer {

    private final TorchModule module;
    private final Parts parts;
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

    /**
     * Attention to a memory, whose keys and values are there already.
     *
     * @param query the projection to heads of queries
     * @param heads N, of queries, keys and values
     * @param output the projection of their contexts
     * @param scale the factor on the scores
     */
    public record CrossAttention(
            PackedLinear query, long heads, PackedLinear output, double scale) {}

    /**
     * What a layer is made of.
     *
     * @param attention of the tokens to themselves
     * @param attentionNorm the norm of it
     * @param cross attention to a memory; null for none
     * @param crossNorm the norm of it; null for none
     * @param feedForward the feed-forward block
     * @param feedForwardNorm the norm of it
     * @param normsBefore whether the norms stand before the sublayers; after the sums if not
     */
    public record Parts(
            SelfAttention attention,
            Norm attentionNorm,
            CrossAttention cross,
            Norm crossNorm,
            PackedFeedForward feedForward,
            Norm feedForwardNorm,
            boolean normsBefore) {

        /** Whether there is a function for them. */
        boolean fit() {
            double epsilon = attentionNorm.epsilon;
            return !feedForward.isGated()
                    && attention.heads.heads() == attention.heads.groups()
                    && feedForwardNorm.epsilon == epsilon
                    && (cross == null || crossNorm.epsilon == epsilon);
        }

        boolean areOpen() {
            return attention.heads.map().isOpen()
                    && attention.output.isOpen()
                    && feedForward.isOpen()
                    && (cross == null || cross.query.isOpen() && cross.output.isOpen());
        }
    }

    /**
     * Keys and values of the tokens before, with room behind them for the new ones.
     *
     * @param keys (B, N, C, H)
     * @param values (B, N, C, H)
     * @param length how many of the C there are
     */
    public record Before(NDArray keys, NDArray values, int length) {}

    /**
     * What cross-attention looks at.
     *
     * @param key (B, N, S, H)
     * @param value (B, N, S, H)
     * @param mask who sees what of it
     */
    public record Memory(NDArray key, NDArray value, MaskArrays mask) {}

    private PackedLayer(Parts parts) {
        this.parts = parts;
        PackedHeads heads = parts.attention.heads;
        module = heads.map().module();
        weights.addAll(heads.map().parts());
        weights.addAll(parts.attention.output.parts());
        add(parts.attentionNorm);
        weights.addAll(parts.feedForward.parts());
        add(parts.feedForwardNorm);
        CrossAttention cross = parts.cross;
        weights.add(
                module.constants(
                        heads.heads(),
                        heads.groups(),
                        parts.feedForward.activation(),
                        parts.normsBefore ? 1 : 0,
                        parts.attention.scale,
                        parts.attentionNorm.epsilon,
                        cross == null ? 0 : cross.heads,
                        cross == null ? 0 : cross.scale));
        if (cross != null) {
            weights.addAll(cross.query.parts());
            weights.addAll(cross.output.parts());
            add(parts.crossNorm);
        }
    }

    private void add(Norm norm) {
        weights.add(norm.weight);
        weights.add(norm.bias);
    }

    /**
     * Joins the parts of a layer.
     *
     * @param parts what it is made of
     * @return the layer; nothing if there is no function for these parts
     */
    public static Optional<PackedLayer> of(Parts parts) {
        return parts.fit() ? Optional.of(new PackedLayer(parts)) : Optional.empty();
    }

    /**
     * Computes a layer without cross-attention for tokens that look at each other alone.
     *
     * @param x (B, T, D)
     * @param mask who sees whom
     * @return (B, T, D); nothing where the parts are to compute
     */
    public Optional<NDArray> apply(NDArray x, MaskArrays mask) {
        if (parts.cross != null || !takes(x, mask)) {
            return Optional.empty();
        }
        List<NDArray> arguments = arguments(x);
        if (mask.isNone()) {
            return call("packed_layer", arguments);
        }
        add(mask, arguments);
        return call("packed_layer_masked", arguments);
    }

    /**
     * Computes the layer for new tokens of a decoder, and writes their keys and values behind those
     * of the tokens before.
     *
     * @param x (B, K, D)
     * @param mask who sees whom, from the K new tokens to all
     * @param before the tokens before, with room for K more
     * @param memory what cross-attention looks at; null without
     * @return (B, K, D); nothing, and nothing written, where the parts are to compute
     */
    public Optional<NDArray> step(NDArray x, MaskArrays mask, Before before, Memory memory) {
        boolean crosses = parts.cross != null;
        if (crosses != (memory != null)
                || !takes(x, mask)
                || crosses && !takes(memory.key, memory.mask)
                || !PackedLinear.takes(before.keys)) {
            return Optional.empty();
        }
        long few = AttentionKernel.Fused.isFew(x.getShape().get(1)) ? 1 : 0;
        try (NDArray now = module.vector(before.length, few)) {
            List<NDArray> arguments = arguments(x);
            arguments.addAll(List.of(before.keys, before.values, now));
            add(mask, arguments);
            if (!crosses) {
                return call("packed_step", arguments);
            }
            arguments.add(memory.key);
            arguments.add(memory.value);
            add(memory.mask, arguments);
            return call("packed_cross_step", arguments);
        }
    }

    private static boolean takes(NDArray x, MaskArrays mask) {
        return PackedLinear.takes(x) && (mask.isNone() || mask.seeing() != null);
    }

    private List<NDArray> arguments(NDArray x) {
        List<NDArray> arguments = new ArrayList<>(weights.size() + 10);
        arguments.add(x);
        arguments.addAll(weights);
        return arguments;
    }

    private void add(MaskArrays mask, List<NDArray> arguments) {
        arguments.add(mask.isNone() ? module.nothing() : mask.additive());
        arguments.add(mask.isNone() ? module.nothing() : mask.seeing());
    }

    private Optional<NDArray> call(String method, List<NDArray> arguments) {
        return PackedLinear.unlessRecording(module.call(method, arguments.toArray(NDArray[]::new)));
    }

    /**
     * Whether its parts are still packed: blocks can be unpacked one by one.
     *
     * @return false if it cannot compute any more
     */
    public boolean isOpen() {
        return parts.areOpen();
    }
}
