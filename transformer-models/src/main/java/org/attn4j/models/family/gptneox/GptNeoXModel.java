package org.attn4j.models.family.gptneox;

import java.util.List;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.LayerLayout;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.causal.CausalEncoder;

/**
 * GPT-NeoX without its head. Takes {@code input_ids}, {@code attention_mask} (all seen by default)
 * and {@code position_ids} (0, 1, 2 … by default), all (B, T).
 */
public final class GptNeoXModel extends CausalEncoder {

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public GptNeoXModel(GptNeoXConfig config) {
        this(config, new TokenEmbedding(config.vocabularySize(), config.hiddenSize()));
    }

    private GptNeoXModel(GptNeoXConfig config, TokenEmbedding tokens) {
        super(
                List.of("input_ids", "attention_mask", "position_ids"),
                tokens,
                new EmbeddedStack(
                        Embeddings.builder()
                                .setTokens(tokens)
                                .optDropout(config.hiddenDropout())
                                .build(),
                        null,
                        TransformerStack.of(config.layers(), i -> layer(config)),
                        new LayerNorm(config.hiddenSize(), config.epsilon())),
                0,
                config.rotary().scaling().dependsOnLength());
    }

    private static TransformerLayer layer(GptNeoXConfig config) {
        return new TransformerLayer(
                MultiHeadAttention.builder()
                        .setModelSize(config.hiddenSize())
                        .setHeads(config.heads())
                        .optBias(config.attentionBias())
                        .optRotary(config.turning())
                        .optDropout(config.attentionDropout())
                        .build(),
                new FeedForward(config.hiddenSize(), config.innerSize(), config.activation(), 0),
                new LayerLayout(
                        () -> new LayerNorm(config.hiddenSize(), config.epsilon()),
                        NormOrder.PRE,
                        config.parallelResidual(),
                        config.hiddenDropout(),
                        config.hiddenDropout()));
    }
}
