package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A layer of packed attention and feed-forward with layer norms. Several are computed as one call.
 */
public final class PackedLayer implements AutoCloseable {

    private final TorchModule module;
    private final Parts parts;
    private final NDList weights;

    /**
     * A layer norm.
     *
     * @param weight (D)
     * @param bias (D)
     * @param epsilon what is added to the variance
     */
    public record Norm(NDArray weight, NDArray bias, double epsilon) {

        private List<NDArray> arrays() {
            return List.of(weight, bias);
        }
    }

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
     */
    public record Memory(NDArray key, NDArray value) {}

    private PackedLayer(NDManager owner, Parts parts) {
        this.parts = parts;
        PackedHeads heads = parts.attention.heads;
        module = heads.map().module();
        List<NDArray> all = new ArrayList<>(heads.map().parts());
        all.addAll(parts.attention.output.parts());
        all.addAll(parts.attentionNorm.arrays());
        all.addAll(parts.feedForward.parts());
        all.addAll(parts.feedForwardNorm.arrays());
        CrossAttention cross = parts.cross;
        all.add(
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
            all.addAll(cross.query.parts());
            all.addAll(cross.output.parts());
            all.addAll(parts.crossNorm.arrays());
        }
        weights = TorchModule.list("weights", all);
        weights.forEach(Temporaries::keep);
        weights.attach(owner);
    }

    /**
     * Joins the parts of a layer.
     *
     * @param owner closes what is made for it
     * @param parts what it is made of
     * @return the layer; nothing if there is no function for these parts
     */
    public static Optional<PackedLayer> of(NDManager owner, Parts parts) {
        return parts.fit() ? Optional.of(new PackedLayer(owner, parts)) : Optional.empty();
    }

    /**
     * Whether it looks at a memory.
     *
     * @return true if it has cross-attention
     */
    public boolean crosses() {
        return parts.cross != null;
    }

    /**
     * Computes layers one after the other in one call, for tokens that look at each other alone.
     *
     * @param layers the layers, at least one, all without cross-attention
     * @param x (B, T, D)
     * @param mask who sees whom
     * @return (B, T, D); nothing where the parts are to compute
     */
    public static Optional<NDArray> apply(List<PackedLayer> layers, NDArray x, MaskArrays mask) {
        if (layers.stream().anyMatch(PackedLayer::crosses) || !takes(x, mask)) {
            return Optional.empty();
        }
        TorchModule module = layers.get(0).module;
        NDList arguments = arguments(layers, x);
        add(module, mask, arguments);
        return PackedLinear.unlessRecording(module.callWithLists("packed_layers", arguments));
    }

    /**
     * Computes layers of a decoder one after the other in one call for new tokens, and writes their
     * keys and values behind those of the tokens before.
     *
     * @param layers the layers, at least one, all with cross-attention or none
     * @param x (B, K, D)
     * @param mask who sees whom, from the K new tokens to all
     * @param before for each layer the tokens before, with room for K more
     * @param memory for each layer what cross-attention looks at; empty without
     * @param memoryMask who sees what of it
     * @return (B, K, D); nothing, and nothing written, where the parts are to compute
     */
    public static Optional<NDArray> step(
            List<PackedLayer> layers,
            NDArray x,
            MaskArrays mask,
            List<Before> before,
            List<Memory> memory,
            MaskArrays memoryMask) {
        boolean crosses = !memory.isEmpty();
        if (layers.stream().anyMatch(layer -> layer.crosses() != crosses)
                || !takes(x, mask)
                || !takes(x, memoryMask)) {
            return Optional.empty();
        }
        NDList caches = new NDList();
        for (int i = 0; i < before.size(); i++) {
            caches.add(before.get(i).keys);
            caches.add(before.get(i).values);
            if (crosses) {
                caches.add(memory.get(i).key);
                caches.add(memory.get(i).value);
            }
        }
        if (!caches.stream().allMatch(PackedLinear::takes)) {
            return Optional.empty();
        }
        TorchModule module = layers.get(0).module;
        long few = AttentionKernel.Fused.isFew(x.getShape().get(1)) ? 1 : 0;
        NDList arguments = arguments(layers, x);
        try (NDArray now = module.vector(before.get(0).length, few)) {
            arguments.addAll(TorchModule.named("caches", caches));
            arguments.add(now);
            add(module, mask, arguments);
            if (crosses) {
                add(module, memoryMask, arguments);
            }
            String method = crosses ? "packed_cross_steps" : "packed_steps";
            return PackedLinear.unlessRecording(module.callWithLists(method, arguments));
        } finally {
            caches.forEach(array -> array.setName(null));
        }
    }

    private static boolean takes(NDArray x, MaskArrays mask) {
        return PackedLinear.takes(x) && (mask.isNone() || mask.seeing() != null);
    }

    private static NDList arguments(List<PackedLayer> layers, NDArray x) {
        NDList arguments = new NDList(layers.size() * 30);
        arguments.add(x);
        layers.forEach(layer -> arguments.addAll(layer.weights));
        return arguments;
    }

    private static void add(TorchModule module, MaskArrays mask, NDList arguments) {
        arguments.add(mask.isNone() ? module.nothing() : mask.additive());
        arguments.add(mask.isNone() ? module.nothing() : mask.seeing());
    }

    /**
     * Whether its parts are still packed: blocks can be unpacked one by one.
     *
     * @return false if it cannot compute any more
     */
    public boolean isOpen() {
        return parts.areOpen();
    }

    /** Lets its parts go, whose memory is freed when they are closed too. */
    @Override
    public void close() {
        weights.close();
    }
}
