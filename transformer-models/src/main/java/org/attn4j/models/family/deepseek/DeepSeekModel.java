package org.attn4j.models.family.deepseek;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadLatentAttention;
import org.attn4j.attention.norm.RmsNorm;
import org.attn4j.models.layer.ExpertRouter;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.LayerLayout;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.MixtureOfExperts;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.causal.CausalInputs;
import org.attn4j.models.model.causal.DecoderOnlyModel;

/**
 * DeepSeek-V2 and V3 without their head. Takes {@code input_ids}, {@code attention_mask} (all seen
 * by default) and {@code position_ids} (0, 1, 2 … by default), all (B, T).
 */
public final class DeepSeekModel extends DecoderOnlyModel {

    private final DeepSeekConfig config;
    private final TokenEmbedding tokens;
    private final TransformerStack layers;
    private final RmsNorm norm;

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public DeepSeekModel(DeepSeekConfig config) {
        super(List.of("input_ids", "attention_mask", "position_ids"), config.hiddenSize(), 0);
        this.config = config;
        tokens =
                addChildBlock(
                        "embed_tokens",
                        new TokenEmbedding(config.vocabularySize(), config.hiddenSize()));
        layers =
                addChildBlock(
                        "layers", TransformerStack.of(config.layers(), i -> layer(config, i)));
        norm = addChildBlock("norm", norm(config));
    }

    @Override
    public NDArray forward(ParameterStore parameters, CausalInputs in, boolean training) {
        LayerInputs seen = in.forLayers(AttentionMask.none());
        NDArray x = tokens.embed(parameters, in.words(), training); // (B, T, D)
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        x = Layers.apply(norm, parameters, x, training); // (B, T, D)
        return layers.tellLast(seen, x);
    }

    private static TransformerLayer layer(DeepSeekConfig config, int layer) {
        return new TransformerLayer(
                attention(config.hiddenSize(), config.attention()),
                config.experts().in(layer)
                        ? mixture(config)
                        : gated(config, config.innerSize(), config.innerBias()),
                LayerLayout.of(() -> norm(config), NormOrder.PRE, 0));
    }

    private static RmsNorm norm(DeepSeekConfig config) {
        return new RmsNorm(config.hiddenSize(), config.epsilon());
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

    @Override
    public int batchClass(int length) {
        return config.attention().rotary().scaling().dependsOnLength() ? length : 0;
    }

    @Override
    public TokenEmbedding tokens() {
        return tokens;
    }

    @Override
    protected TransformerStack layers() {
        return layers;
    }
}
