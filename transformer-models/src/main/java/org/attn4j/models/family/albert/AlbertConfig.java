package org.attn4j.models.family.albert;

import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.family.bert.BertConfig;

/**
 * The hyperparameters of ALBERT.
 *
 * @param layers what the layers are made by, in BERT's terms
 * @param embeddingSize E, {@code embedding_size}
 * @param groups {@code num_hidden_groups}: into how many groups the {@code num_hidden_layers}
 *     places fall that share their layers
 * @param layersOfGroup {@code inner_group_num}: how many layers stand at each place
 */
public record AlbertConfig(BertConfig layers, int embeddingSize, int groups, int layersOfGroup) {

    /** {@inheritDoc} */
    public AlbertConfig {
        if (embeddingSize < 1 || groups < 1 || groups > layers.layers() || layersOfGroup < 1) {
            throw new IllegalArgumentException(
                    "embedding_size and inner_group_num must be at least 1, and num_hidden_groups from 1 to"
                            + " num_hidden_layers, got embedding_size="
                            + embeddingSize
                            + ", inner_group_num="
                            + layersOfGroup
                            + ", num_hidden_groups="
                            + groups
                            + ", num_hidden_layers="
                            + layers.layers());
        }
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
        BertConfig layers =
                BertConfig.of(
                        config,
                        new BertConfig.Defaults(30000, 4096, 12, 64, 16384, "gelu_new", 0, 2, 0));
        return new AlbertConfig(
                layers.withClassifierDropout(
                        config.rate("classifier_dropout_prob", classifierDropout(config, layers))),
                config.integer("embedding_size", 128),
                config.integer("num_hidden_groups", 1),
                config.integer("inner_group_num", 1));
    }

    /** An absent rate is the class's default; one that is null is that of the hidden states. */
    private static double classifierDropout(ConfigReader config, BertConfig layers) {
        return config.contains("classifier_dropout_prob") ? layers.hiddenDropout() : 0.1;
    }

    /**
     * Returns which group serves a place.
     *
     * @param place the number of the place, from 0
     * @return the number of the group, from 0
     */
    public int groupOf(int place) {
        return (int) (place / ((double) layers.layers() / groups));
    }
}
