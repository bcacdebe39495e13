package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A feed-forward block of packed maps, as one call. */
public final class PackedFeedForward {

    /** The activations that the functions have, by their number, named as in configurations. */
    static final List<String> ACTIVATIONS = List.of("relu", "gelu", "gelu_new", "silu");

    private final List<PackedLinear> maps;
    private final TorchModule module;
    private final String method;
    private final int activation;
    private final List<NDArray> arguments = new ArrayList<>();

    private PackedFeedForward(List<PackedLinear> maps, int activation) {
        this.maps = maps;
        this.activation = activation;
        module = maps.get(0).module();
        maps.forEach(map -> arguments.addAll(map.parts()));
        arguments.add(module.constants(activation));
        method = maps.size() == 3 ? "packed_gated_feed_forward" : "packed_feed_forward";
    }

    /**
     * Joins packed maps.
     *
     * @param maps to the inner values, to the gate if there is one, and back
     * @param activation named as in configurations
     * @return the block; nothing if there is no such activation here, or a map is not packed
     */
    public static Optional<PackedFeedForward> of(List<LinearMap> maps, String activation) {
        int number = ACTIVATIONS.indexOf(activation);
        List<PackedLinear> packed = maps.stream().flatMap(map -> map.packed().stream()).toList();
        if (number < 0 || packed.size() < maps.size()) {
            return Optional.empty();
        }
        return Optional.of(new PackedFeedForward(packed, number));
    }

    /**
     * Computes the block.
     *
     * @param x (…, D)
     * @return (…, D); nothing where the plain maps are to compute
     */
    public Optional<NDArray> apply(NDArray x) {
        if (!PackedLinear.takes(x)) {
            return Optional.empty();
        }
        NDArray[] all = new NDArray[arguments.size() + 1];
        all[0] = x;
        for (int i = 1; i < all.length; i++) {
            all[i] = arguments.get(i - 1);
        }
        return PackedLinear.unlessRecording(module.call(method, all));
    }

    /**
     * Whether its maps are still packed: blocks can be unpacked one by one.
     *
     * @return false if it cannot compute any more
     */
    public boolean isOpen() {
        return maps.stream().allMatch(PackedLinear::isOpen);
    }

    boolean isGated() {
        return arguments.size() > 7;
    }

    int activation() {
        return activation;
    }

    /** The arrays of the maps as the functions take them. */
    List<NDArray> parts() {
        return arguments.subList(0, arguments.size() - 1);
    }
}
