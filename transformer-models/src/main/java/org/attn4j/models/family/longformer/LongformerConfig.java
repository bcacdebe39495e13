package org.attn4j.models.family.longformer;

import com.google.gson.JsonObject;
import java.util.Collections;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.model.encoder.EncoderConfig;

/**
 * The hyperparameters of Longformer.
 *
 * @param layers what the layers are made by, in BERT's terms
 * @param windows {@code attention_window}: for each layer how many neighbours a token sees, half of
 *     them on each side
 * @param separatorId {@code sep_token_id}, which tells questions from texts
 */
public record LongformerConfig(EncoderConfig layers, List<Integer> windows, int separatorId) {

    static final EncoderConfig.Defaults DEFAULTS =
            new EncoderConfig.Defaults(30522, 768, 12, 12, 3072, "gelu", 0.1, 2, 1, 512);

    /** Wider windows are taken only where there are as many positions. */
    private static final int WIDEST = 4096;

    public LongformerConfig {
        windows = List.copyOf(windows);
        Require.that(
                windows.size() == layers.layers()
                        && !windows.stream().anyMatch(window -> window < 2 || window % 2 != 0),
                "attention_window must be an even number above 0 for each layer, got"
                        + " attention_window=%s, num_hidden_layers=%s",
                windows,
                layers.layers());
        int widest = Math.max(WIDEST, layers.maxPositions());
        if (windows.stream().anyMatch(window -> window > widest)) {
            throw new IllegalArgumentException(
                    "attention_window must be at most "
                            + widest
                            + ", since texts are filled up to it, got "
                            + Collections.max(windows));
        }
    }

    /**
     * Reads the settings.
     *
     * @param config the configuration
     * @return the hyperparameters
     * @throws IllegalArgumentException if a setting is malformed or not supported
     */
    public static LongformerConfig of(ConfigReader config) {
        // They are in published files, or about other formats; transformers has no use for them.
        config.noEffect("attention_mode", "ignore_attention_mask", "onnx_export");
        config.supportsOnly("autoregressive", false);
        config.supportsOnly("position_embedding_type", "absolute");
        refuseDilation(config);
        config.supportsOnly(PrunedHeads.KEY, new JsonObject());
        EncoderConfig layers = EncoderConfig.of(config, DEFAULTS);
        return new LongformerConfig(
                layers, windows(config, layers.layers()), config.integer("sep_token_id", 2));
    }

    private static List<Integer> windows(ConfigReader config, int layers) {
        List<Integer> given = config.integers("attention_window");
        if (given == null) {
            return Collections.nCopies(layers, 512);
        }
        return config.get("attention_window").isJsonArray()
                ? given
                : Collections.nCopies(layers, given.get(0));
    }

    /** Windows with gaps were in the paper's own code, and are not in transformers. */
    private static void refuseDilation(ConfigReader config) {
        List<Integer> dilations = config.integers("attention_dilation");
        if (dilations != null && dilations.stream().anyMatch(dilation -> dilation != 1)) {
            throw config.invalid("attention_dilation", "1 for each layer: other windows have gaps");
        }
    }

    /**
     * Returns the length that a text is filled up to.
     *
     * @param length how many tokens it has
     * @return the next multiple of the widest window
     */
    public int paddedLength(int length) {
        int widest = Collections.max(windows);
        return (length + widest - 1) / widest * widest;
    }
}
