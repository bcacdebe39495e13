package org.attn4j.models.family.gpt2;

import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.EncoderLayer;
import org.attn4j.models.layer.EncoderStack;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.TokenEmbedding;
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
                new EncoderStack(
                        Embeddings.builder()
                                .setTokens(tokens)
                                .optLearned(
                                        new LearnedPositions(
                                                config.maxPositions(), config.hiddenSize(), 0))
                                .optTypesAreTokens(true)
                                .optDropout(config.embeddingDropout())
                                .build(),
                        null,
                        IntStream.range(0, config.layers())
                                .mapToObj(i -> layer(config, i))
                                .toList(),
                        new LayerNorm(config.hiddenSize(), config.epsilon())),
                config.maxPositions());
    }

    private static EncoderLayer layer(Gpt2Config config, int index) {
        return EncoderLayer.builder()
                .setSelfAttention(
                        MultiHeadAttention.builder()
                                .setModelSize(config.hiddenSize())
                                .setHeads(config.heads())
                                .optScale(config.scale(index))
                                .optDropout(config.attentionDropout())
                                .build())
                .setFeedForward(
                        FeedForward.builder()
                                .setModelSize(config.hiddenSize())
                                .setInnerSize(config.innerSize())
                                .optActivation(config.activation())
                                .build())
                .setNorm(() -> new LayerNorm(config.hiddenSize(), config.epsilon()))
                .optNormOrder(NormOrder.PRE)
                .optDropout(config.residualDropout())
                .build();
    }
}
