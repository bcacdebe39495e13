package org.attn4j.models.family.opt;

import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.model.causal.LayerTypes;

/**
 * The hyperparameters of OPT.
 *
 * @param vocabularySize V, {@code vocab_size}
 * @param hiddenSize D, {@code hidden_size}
 * @param embeddingSize E, {@code word_embed_proj_dim}, or else D
 * @param layers {@code num_hidden_layers}
 * @param heads N, {@code num_attention_heads}
 * @param innerSize {@code ffn_dim}
 * @param activation {@code activation_function}
 * @param dropout {@code dropout}
 * @param attentionDropout {@code attention_dropout}
 * @param maxPositions {@code max_position_embeddings}
 * @param normBefore {@code do_layer_norm_before}
 * @param finalNorm whether there is a norm after the layers: with norms before the sublayers,
 *     unless {@code _remove_final_layer_norm}
 * @param bias {@code enable_bias}
 * @param affineNorms {@code layer_norm_elementwise_affine}: whether norms have weights and biases
 * @param initializerRange {@code init_std}
 * @param tieEmbeddings {@code tie_word_embeddings}
 * @param prunedHeads {@code pruned_heads}
 */
public record OptConfig(
        int vocabularySize,
        int hiddenSize,
        int embeddingSize,
        int layers,
        int heads,
        int innerSize,
        Activation activation,
        float dropout,
        float attentionDropout,
        int maxPositions,
        boolean normBefore,
        boolean finalNorm,
        boolean bias,
        boolean affineNorms,
        double initializerRange,
        boolean tieEmbeddings,
        PrunedHeads prunedHeads) {

    public OptConfig {
        Require.that(
                vocabularySize >= 1 && embeddingSize >= 1 && layers >= 0 && maxPositions >= 1,
                "vocab_size, word_embed_proj_dim and max_position_embeddings must be at"
                        + " least 1 and num_hidden_layers at least 0, got vocab_size=%s,"
                        + " word_embed_proj_dim=%s, max_position_embeddings=%s,"
                        + " num_hidden_layers=%s",
                vocabularySize,
                embeddingSize,
                maxPositions,
                layers);
        prunedHeads.requireWithin(layers, heads);
    }

    /**
     * Reads the configuration of a checkpoint.
     *
     * @param reader its {@code config.json}
     * @return the hyperparameters
     * @throws IllegalArgumentException if one does not fit
     */
    public static OptConfig of(ConfigReader reader) {
        reader.trainingOnly("layerdrop", 0);
        reader.noEffect("activation_dropout", "is_decoder"); // in published files, and unused
        reader.supportsOnly("learned_embeddings", true); // Galactica's names for what OPT is
        reader.supportsOnly("scale_embeddings", false);
        int size = reader.integer("hidden_size", 768);
        Integer embeddingSize = reader.integerOrNull("word_embed_proj_dim");
        boolean normBefore = reader.bool("do_layer_norm_before", true);
        boolean removed = reader.bool("_remove_final_layer_norm", false);
        int layers = reader.integer("num_hidden_layers", 12);
        LayerTypes.refuseWindows(reader, layers);
        return new OptConfig(
                reader.integer("vocab_size", 50272),
                size,
                embeddingSize == null ? size : embeddingSize,
                layers,
                reader.integer("num_attention_heads", 12),
                reader.integer("ffn_dim", 3072),
                reader.choice("activation_function", "relu", Activation::of),
                reader.rate("dropout", 0.1),
                reader.rate("attention_dropout", 0),
                reader.integer("max_position_embeddings", 2048),
                normBefore,
                normBefore && !removed,
                reader.bool("enable_bias", true),
                reader.bool("layer_norm_elementwise_affine", true),
                reader.number("init_std", 0.02),
                reader.bool("tie_word_embeddings", true),
                PrunedHeads.of(reader));
    }

    /** Whether token vectors are of another size than the model. */
    boolean projected() {
        return embeddingSize != hiddenSize;
    }
}
