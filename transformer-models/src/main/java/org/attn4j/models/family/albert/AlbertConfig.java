package org.attn4j.models.family.albert;

import com.google.gson.JsonObject;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.model.encoder.EncoderConfig;

/**
 * The hyperparameters of ALBERT.
 *
 * @param layers what the layers are made by, in BERT's terms
 * @param embeddingSize E, {@code embedding_size}
 * @param groups {@code num_hidden_groups}: into how many groups the {@code num_hidden_layers} sites
 *     fall that share their layers
 * @param layersOfGroup {@code inner_group_num}: how many layers stand at each site
 * @param classifierDropout {@code classifier_dropout_prob}
 */
public record AlbertConfig(
        EncoderConfig layers,
        int embeddingSize,
        int groups,
        int layersOfGroup,
        float classifierDropout) {

    /** Checks the sizes. */
    public AlbertConfig {
        Require.that(
                embeddingSize > 0 && groups > 0 && groups <= layers.layers() && layersOfGroup > 0,
                "embedding_size and inner_group_num must be at least 1, and num_hidden_groups from 1 to"
                        + " num_hidden_layers, got embedding_size=%s, inner_group_num=%s,"
                        + " num_hidden_groups=%s, num_hidden_layers=%s",
                embeddingSize,
                layersOfGroup,
                groups,
                layers.layers());
    }

    /**
     * Reads the settings.
     *
     * @param config the configuration
     * @return the hyperparameters
     * @throws IllegalArgumentException if a setting is malformed or not supported
     */
    public static AlbertConfig of(ConfigReader config) {
        // Left over in Google's files; transformers has no use for them.
        config.noEffect(
                "down_scale_factor",
                "gap_size",
                "layers_to_keep",
                "net_structure_type",
                "num_memory_blocks");
        config.supportsOnly(PrunedHeads.KEY, new JsonObject());
        EncoderConfig layers =
                EncoderConfig.of(
                        config,
                        new EncoderConfig.Defaults(
                                30000, 4096, 12, 64, 16384, "gelu_new", 0, 2, 0, 512));
        return new AlbertConfig(
                layers,
                config.integer("embedding_size", 128),
                config.integer("num_hidden_groups", 1),
                config.integer("inner_group_num", 1),
                config.rate("classifier_dropout_prob", classifierDropout(config, layers)));
    }

    /** An absent rate is the class's default; one that is null is that of the hidden states. */
    private static double classifierDropout(ConfigReader config, EncoderConfig layers) {
        return config.contains("classifier_dropout_prob") ? layers.hiddenDropout() : 0.1;
    }

    /**
     * Returns whose layers stand at a site.
     *
     * @param site which of the {@code num_hidden_layers} sites
     * @return the group
     */
    public int groupOf(int site) {
        return (int) (site / ((double) layers.layers() / groups));
    }
}
