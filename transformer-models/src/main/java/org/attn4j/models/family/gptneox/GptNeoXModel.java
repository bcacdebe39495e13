package org.attn4j.models.family.gptneox;

import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.EncoderLayer;
import org.attn4j.models.layer.EncoderStack;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.TokenEmbedding;
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
                new EncoderStack(
                        Embeddings.builder()
                                .setTokens(tokens)
                                .optDropout(config.hiddenDropout())
                                .build(),
                        null,
                        IntStream.range(0, config.layers()).mapToObj(i -> layer(config)).toList(),
                        new LayerNorm(config.hiddenSize(), config.epsilon())),
                0,
                config.rotary().scaling().dependsOnLength());
    }

    private static EncoderLayer layer(GptNeoXConfig config) {
        return EncoderLayer.builder()
                .setSelfAttention(
                        MultiHeadAttention.builder()
                                .setModelSize(config.hiddenSize())
                                .setHeads(config.heads())
                                .optBias(config.attentionBias())
                                .optRotary(config.turning())
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
                .optParallel(config.parallelResidual())
                .optDropout(config.hiddenDropout())
                .build();
    }
}
