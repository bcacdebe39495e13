package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.cache.StaticCache;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.PackedLayer;

/** Layers that predict in one call, one after the other: an encoder, or a step of a decoder. */
final class PackedLayers {

    private PackedLayers() {}

    /**
     * Computes layers in one call.
     *
     * @param layers the layers, at least one, with the same mask of their own
     * @param x (B, T, D)
     * @param in what they look at
     * @param first which layer of its stack the first one is
     * @param training whether dropout applies
     * @return (B, T, D); nothing if they are to compute one by one, or by their parts
     */
    static Optional<NDArray> predict(
            List<TransformerLayer> layers, NDArray x, LayerInputs in, int first, boolean training) {
        if (training || in.observer() != null) {
            return Optional.empty();
        }
        List<PackedLayer> packed =
                layers.stream().flatMap(layer -> layer.predictor().stream()).toList();
        if (packed.size() < layers.size()) {
            return Optional.empty();
        }
        long length = x.getShape().get(1); // T
        long all = in.cached() + length; // S
        AttentionMask mask =
                in.mask().and(layers.get(0).mask()).realise(x.getManager(), length, all);
        if (mask.isCausalOnly()) {
            return Optional.empty(); // the kernel of attention needs no mask for it
        }
        MaskArrays seen = mask.arrays(x.getManager(), length, all);
        return in.cache() == null
                ? PackedLayer.apply(packed, x, seen) // (B, T, D)
                : step(packed, x, seen, in, first);
    }

    /** Layers for tokens behind those of the caches; nothing while these must take them. */
    private static Optional<NDArray> step(
            List<PackedLayer> layers, NDArray x, MaskArrays mask, LayerInputs in, int first) {
        int length = Math.toIntExact(x.getShape().get(1)); // K
        List<StaticCache> targets = new ArrayList<>();
        List<PackedLayer.Before> before = new ArrayList<>();
        List<PackedLayer.Memory> memory = new ArrayList<>();
        for (int index = first; index < first + layers.size(); index++) {
            if (!(in.cache().self(index) instanceof StaticCache cache)) {
                return Optional.empty();
            }
            Optional<KeyValues> room = cache.room(length); // (B, N, C, H)
            if (room.isEmpty()) {
                return Optional.empty();
            }
            targets.add(cache);
            before.add(
                    new PackedLayer.Before(room.get().key(), room.get().value(), cache.length()));
            if (layers.get(0).crosses()) {
                KeyValueCache sources = in.cache().memory(index);
                if (sources.length() == 0) {
                    return Optional.empty();
                }
                memory.add(memory(sources));
            }
        }
        MaskArrays memoryMask =
                memory.isEmpty()
                        ? MaskArrays.NONE
                        : in.memoryMask()
                                .arrays(
                                        x.getManager(),
                                        length,
                                        memory.get(0).key().getShape().get(2));
        Optional<NDArray> y =
                PackedLayer.step(layers, x, mask, before, memory, memoryMask); // (B, K, D)
        y.ifPresent(computed -> targets.forEach(cache -> cache.advance(length)));
        return y;
    }

    private static PackedLayer.Memory memory(KeyValueCache cache) {
        KeyValues kept =
                cache.update(
                        () -> {
                            throw new IllegalStateException("the memory is cached already");
                        });
        return new PackedLayer.Memory(kept.key(), kept.value());
    }
}
