package org.attn4j.models.family.bigbird;

import com.google.gson.JsonObject;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.model.encoder.EncoderConfig;

/**
 * The hyperparameters of Big Bird.
 *
 * @param layers what the layers are made by, in BERT's terms
 * @param sparse whether {@code attention_type} is {@code block_sparse} rather than {@code
 *     original_full}
 * @param blockSize {@code block_size}
 * @param randomBlocks {@code num_random_blocks}
 * @param bias {@code use_bias}: whether queries, keys and values have one
 * @param rescale {@code rescale_embeddings}: whether token vectors are multiplied by √D
 */
public record BigBirdConfig(
        EncoderConfig layers,
        boolean sparse,
        int blockSize,
        int randomBlocks,
        boolean bias,
        boolean rescale) {

    public BigBirdConfig {
        Require.that(
                blockSize >= 1 && randomBlocks >= 0,
                "block_size must be at least 1 and num_random_blocks at least 0, got"
                        + " block_size=%s, num_random_blocks=%s",
                blockSize,
                randomBlocks);
    }

    /**
     * Reads the settings.
     *
     * @param config the configuration
     * @return the hyperparameters
     * @throws IllegalArgumentException if a setting is malformed or not supported
     */
    public static BigBirdConfig of(ConfigReader config) {
        config.supportsOnly("position_embedding_type", "absolute");
        config.supportsOnly(PrunedHeads.KEY, new JsonObject());
        return new BigBirdConfig(
                EncoderConfig.of(
                        config,
                        new EncoderConfig.Defaults(
                                50358, 768, 12, 12, 3072, "gelu_new", 0.1, 2, 0, 4096)),
                config.choice("attention_type", "block_sparse", BigBirdConfig::isSparse),
                config.integer("block_size", 64),
                config.integer("num_random_blocks", 3),
                config.bool("use_bias", true),
                config.bool("rescale_embeddings", false));
    }

    private static boolean isSparse(String type) {
        return switch (type) {
            case "block_sparse" -> true;
            case "original_full" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "must be block_sparse or original_full, got " + type);
        };
    }

    /**
     * Returns whether texts of a length are attended to in blocks. Short ones are attended to in
     * full, as blocks would save nothing.
     *
     * @param length how many tokens a text has
     * @return whether it has more tokens than the blocks that one block sees
     */
    public boolean inBlocks(int length) {
        return sparse && length > (5L + 2L * randomBlocks) * blockSize;
    }

    /**
     * Returns how many tokens a text is filled up by.
     *
     * @param length how many it has
     * @return how many are missing to whole blocks; 0 if it is not attended to in blocks
     */
    public int padding(int length) {
        return inBlocks(length) ? (blockSize - length % blockSize) % blockSize : 0;
    }
}
