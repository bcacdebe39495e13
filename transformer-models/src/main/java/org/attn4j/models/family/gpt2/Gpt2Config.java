package org.attn4j.models.family.gpt2;

import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.model.causal.LayerTypes;

/**
 * The hyperparameters of GPT-2.
 *
 * @param vocabularySize V, {@code vocab_size}
 * @param hiddenSize D, {@code n_embd}
 * @param layers {@code n_layer}
 * @param heads N, {@code n_head}
 * @param innerSize {@code n_inner}, or else four times D
 * @param activation {@code activation_function}
 * @param embeddingDropout {@code embd_pdrop}
 * @param attentionDropout {@code attn_pdrop}
 * @param residualDropout {@code resid_pdrop}
 * @param classifierDropout {@code classifier_dropout}, or else {@code hidden_dropout}, or else 0.1
 * @param maxPositions {@code n_positions}
 * @param epsilon {@code layer_norm_epsilon}
 * @param initializerRange {@code initializer_range}
 * @param scaleScores {@code scale_attn_weights}: whether scores are divided by √H
 * @param scaleByLayer {@code scale_attn_by_inverse_layer_idx}: whether those of layer i are divided
 *     by i + 1 too
 * @param tieEmbeddings {@code tie_word_embeddings}
 * @param prunedHeads {@code pruned_heads}
 */
public record Gpt2Config(
        int vocabularySize,
        int hiddenSize,
        int layers,
        int heads,
        int innerSize,
        Activation activation,
        float embeddingDropout,
        float attentionDropout,
        float residualDropout,
        float classifierDropout,
        int maxPositions,
        double epsilon,
        double initializerRange,
        boolean scaleScores,
        boolean scaleByLayer,
        boolean tieEmbeddings,
        PrunedHeads prunedHeads) {

    public Gpt2Config {
        Require.that(
                vocabularySize >= 1
                        && hiddenSize >= 1
                        && layers >= 0
                        && heads >= 1
                        && maxPositions >= 1,
                "vocab_size, n_embd, n_head and n_positions must be at least 1 and"
                        + " n_layer at least 0, got vocab_size=%s, n_embd=%s, n_head=%s,"
                        + " n_positions=%s, n_layer=%s",
                vocabularySize,
                hiddenSize,
                heads,
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
    public static Gpt2Config of(ConfigReader reader) {
        // The first is the precision that scores are computed in, which is single here anyway; the
        // others belong to a head that few files are of, and to older files.
        reader.aliases(
                Map.of(
                        "hidden_size", "n_embd",
                        "num_hidden_layers", "n_layer",
                        "num_attention_heads", "n_head",
                        "max_position_embeddings", "n_positions"));
        reader.noEffect(
                "is_decoder",
                "reorder_and_upcast_attn",
                "summary_type",
                "summary_use_proj",
                "summary_activation",
                "summary_proj_to_labels",
                "summary_first_dropout",
                "n_ctx",
                "n_special",
                "predict_special_tokens");
        int size = reader.integer("n_embd", 768);
        Integer inner = reader.integerOrNull("n_inner");
        float hiddenDropout = reader.rate("hidden_dropout", 0.1);
        int layers = reader.integer("n_layer", 12);
        LayerTypes.refuseWindows(reader, layers);
        return new Gpt2Config(
                reader.integer("vocab_size", 50257),
                size,
                layers,
                reader.integer("n_head", 12),
                inner == null ? 4 * size : inner,
                reader.choice("activation_function", "gelu_new", Activation::of),
                reader.rate("embd_pdrop", 0.1),
                reader.rate("attn_pdrop", 0.1),
                reader.rate("resid_pdrop", 0.1),
                reader.rate("classifier_dropout", hiddenDropout),
                reader.integer("n_positions", 1024),
                reader.number("layer_norm_epsilon", 1e-5),
                reader.number("initializer_range", 0.02),
                reader.bool("scale_attn_weights", true),
                reader.bool("scale_attn_by_inverse_layer_idx", false),
                reader.bool("tie_word_embeddings", true),
                PrunedHeads.of(reader));
    }

    /** What the scores of a layer are multiplied by. */
    double scale(int layer) {
        double scale = scaleScores ? 1 / Math.sqrt((double) hiddenSize / heads) : 1;
        return scaleByLayer ? scale / (layer + 1) : scale;
    }
}
