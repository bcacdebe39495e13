package org.attn4j.models.family.deepseek;

import ai.djl.nn.Block;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.mechanism.MultiHeadLatentAttention;
import org.attn4j.attention.norm.RmsNorm;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.ExpertRouter;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.LayerLayout;
import org.attn4j.models.layer.MixtureOfExperts;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.causal.CausalEncoder;

/**
 * DeepSeek-V2 and V3 without their head. Takes {@code input_ids}, {@code attention_mask} (all seen
 * by default) and {@code position_ids} (0, 1, 2 … by default), all (B, T).
 */
public final class DeepSeekModel extends CausalEncoder {

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public DeepSeekModel(DeepSeekConfig config) {
        this(config, new TokenEmbedding(config.vocabularySize(), config.hiddenSize()));
    }

    private DeepSeekModel(DeepSeekConfig config, TokenEmbedding tokens) {
        super(
                List.of("input_ids", "attention_mask", "position_ids"),
                tokens,
                new EmbeddedStack(
                        Embeddings.builder().setTokens(tokens).build(),
                        null,
                        TransformerStack.of(config.layers(), i -> layer(config, i)),
                        new RmsNorm(config.hiddenSize(), config.epsilon())),
                0,
                config.attention().rotary().scaling().dependsOnLength());
    }

    private static TransformerLayer layer(DeepSeekConfig config, int index) {
        return new TransformerLayer(
                attention(config.hiddenSize(), config.attention()),
                config.experts().in(index)
                        ? mixture(config)
                        : gated(config, config.innerSize(), config.innerBias()),
                LayerLayout.of(
                        () -> new RmsNorm(config.hiddenSize(), config.epsilon()),
                        NormOrder.PRE,
                        0));
    }

    /** The norms of the latents keep their epsilon, whatever that of the layers is. */
    private static MultiHeadLatentAttention attention(
            int modelSize, DeepSeekConfig.Attention config) {
        return MultiHeadLatentAttention.builder()
                .setModelSize(modelSize)
                .setHeads(config.heads())
                .setKeyValueRank(config.keyValueRank())
                .optQueryRank(config.queryRank())
                .optHeadSize(config.headSize())
                .optSharedKeySize(config.sharedKeySize())
                .optValueHeadSize(config.valueHeadSize())
                .optBias(config.bias())
                .optScale(config.scale())
                .optDropout(config.dropout())
                .optRotary(config.rotary().embedding(config.sharedKeySize(), config.layout()))
                .build();
    }

    private static Block mixture(DeepSeekConfig config) {
        DeepSeekConfig.Experts experts = config.experts();
        return new MixtureOfExperts(
                config.hiddenSize(),
                new ExpertRouter(config.hiddenSize(), experts.routing()),
                IntStream.range(0, experts.routing().experts())
                        .mapToObj(i -> gated(config, experts.innerSize(), false))
                        .toList(),
                experts.shared() == 0
                        ? null
                        : gated(
                                config,
                                Math.multiplyExact(experts.innerSize(), experts.shared()),
                                config.innerBias()));
    }

    private static FeedForward gated(DeepSeekConfig config, int innerSize, boolean bias) {
        return new FeedForward(config.hiddenSize(), innerSize, config.activation(), true, bias, 0);
    }
}
