package org.attn4j.models.model.causal;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;

/**
 * Which layers of a checkpoint see all tokens before theirs, and which a window of them: {@code
 * layer_types}, or else {@code use_sliding_window} and {@code max_window_layers}.
 *
 * @param names {@link #FULL} or {@link #SLIDING} for each layer
 * @param window how many tokens a query of the sliding layers sees, itself among them; 0 if there
 *     is no such layer
 */
public record LayerTypes(List<String> names, int window) {

    /** A layer that sees all tokens before its own. */
    public static final String FULL = "full_attention";

    /** A layer that sees a window. */
    public static final String SLIDING = "sliding_attention";

    public LayerTypes {
        names = List.copyOf(names);
        Require.that(
                Set.of(FULL, SLIDING).containsAll(names),
                "layer_types must be %s or %s, got %s",
                FULL,
                SLIDING,
                names);
        boolean slides = names.contains(SLIDING);
        Require.that(
                !slides || window >= 1,
                "layers of %s need a sliding_window of at least 1",
                SLIDING);
        window = slides ? window : 0;
    }

    /**
     * Reads which layers have a window.
     *
     * @param reader the {@code config.json}
     * @param layers how many layers there are
     * @param window the {@code sliding_window} of layers that have one; 0 if none is given
     * @param all whether layers have it unless the configuration tells which
     * @return the types
     * @throws IllegalArgumentException if there are other types, or not one for each layer
     */
    public static LayerTypes of(ConfigReader reader, int layers, int window, boolean all) {
        List<String> names = reader.strings("layer_types");
        boolean used = reader.bool("use_sliding_window", all) && window > 0;
        Integer fullLayers = reader.integerOrNull("max_window_layers"); // the first ones, in Qwen
        if (names != null && names.size() != layers) {
            throw reader.invalid("layer_types", "a type for each of the " + layers + " layers");
        }
        int full = fullLayers == null ? 0 : fullLayers;
        return new LayerTypes(
                names != null
                        ? names
                        : IntStream.range(0, layers)
                                .mapToObj(i -> used && i >= full ? SLIDING : FULL)
                                .toList(),
                window);
    }

    /**
     * Refuses windows in a family that has none.
     *
     * @param reader the {@code config.json}
     * @param layers how many layers there are
     * @throws IllegalArgumentException if a layer has another type than {@link #FULL}
     */
    public static void refuseWindows(ConfigReader reader, int layers) {
        if (of(reader, layers, 0, false).names.contains(SLIDING)) {
            throw reader.invalid("layer_types", FULL + " for each layer");
        }
    }

    /**
     * Returns whether layers are of both types.
     *
     * @return whether some have a window and some have none
     */
    public boolean isMixed() {
        return names.contains(SLIDING) && names.contains(FULL);
    }

    /**
     * Returns the window of a layer.
     *
     * @param layer the layer's number
     * @return how many tokens a query sees; 0 for all before it
     */
    public int window(int layer) {
        return names.get(layer).equals(SLIDING) ? window : 0;
    }
}
