package org.attn4j.models.family.gpt2;

import java.util.List;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.LearnedPositions;
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
 * GPT-2 without its head. Takes {@code input_ids}, {@code attention_mask} (all seen by default),
 * {@code position_ids} (0, 1, 2 … by default) and {@code token_type_ids} (none by default; ids of
 * tokens whose vectors are added), all (B, T).
 */
public final class Gpt2Model extends CausalEncoder {

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public Gpt2Model(Gpt2Config config) {
        this(config, new TokenEmbedding(config.vocabularySize(), config.hiddenSize()));
    }

    private Gpt2Model(Gpt2Config config, TokenEmbedding tokens) {
        super(
                List.of("input_ids", "attention_mask", "position_ids", "token_type_ids"),
                tokens,
                new EmbeddedStack(
                        Embeddings.builder()
                                .setTokens(tokens)
                                .optLearned(
                                        new LearnedPositions(
                                                config.maxPositions(), config.hiddenSize(), 0))
                                .optTypesAreTokens(true)
                                .optDropout(config.embeddingDropout())
                                .build(),
                        null,
                        TransformerStack.of(config.layers(), i -> layer(config, i)),
                        new LayerNorm(config.hiddenSize(), config.epsilon())),
                config.maxPositions());
    }

    private static TransformerLayer layer(Gpt2Config config, int index) {
        return new TransformerLayer(
                MultiHeadAttention.builder()
                        .setModelSize(config.hiddenSize())
                        .setHeads(config.heads())
                        .optScale(config.scale(index))
                        .optDropout(config.attentionDropout())
                        .build(),
                new FeedForward(config.hiddenSize(), config.innerSize(), config.activation(), 0),
                LayerLayout.of(
                        () -> new LayerNorm(config.hiddenSize(), config.epsilon()),
                        NormOrder.PRE,
                        config.residualDropout()));
    }
}
