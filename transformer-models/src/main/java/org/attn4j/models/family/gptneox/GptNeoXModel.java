package org.attn4j.models.family.gptneox;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.LayerLayout;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.causal.CausalInputs;
import org.attn4j.models.model.causal.DecoderOnlyModel;

/**
 * GPT-NeoX without its head. Takes {@code input_ids}, {@code attention_mask} (all seen by default)
 * and {@code position_ids} (0, 1, 2 … by default), all (B, T).
 */
public final class GptNeoXModel extends DecoderOnlyModel {

    private final GptNeoXConfig config;
    private final TokenEmbedding tokens;
    private final TransformerStack layers;
    private final LayerNorm norm;

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public GptNeoXModel(GptNeoXConfig config) {
        super(List.of("input_ids", "attention_mask", "position_ids"), config.hiddenSize(), 0);
        this.config = config;
        tokens =
                addChildBlock(
                        "embed_tokens",
                        new TokenEmbedding(config.vocabularySize(), config.hiddenSize()));
        layers = addChildBlock("layers", TransformerStack.of(config.layers(), i -> layer(config)));
        norm = addChildBlock("norm", norm(config));
    }

    @Override
    public NDArray forward(ParameterStore parameters, CausalInputs in, boolean training) {
        LayerInputs seen = in.forLayers(AttentionMask.none());
        NDArray x = tokens.embed(parameters, in.words(), training); // (B, T, D)
        x = Layers.dropout(x, config.hiddenDropout(), training);
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        x = Layers.apply(norm, parameters, x, training); // (B, T, D)
        return layers.tellLast(seen, x);
    }

    private static TransformerLayer layer(GptNeoXConfig config) {
        MultiHeadAttention attention =
                MultiHeadAttention.builder()
                        .setModelSize(config.hiddenSize())
                        .setHeads(config.heads())
                        .optBias(config.attentionBias())
                        .optRotary(config.rotaryEmbedding())
                        .optDropout(config.attentionDropout())
                        .build();
        return new TransformerLayer(
                attention,
                new FeedForward(config.hiddenSize(), config.innerSize(), config.activation(), 0),
                new LayerLayout(
                        () -> norm(config),
                        NormOrder.PRE,
                        config.parallelResidual(),
                        config.hiddenDropout(),
                        config.hiddenDropout()));
    }

    private static LayerNorm norm(GptNeoXConfig config) {
        return new LayerNorm(config.hiddenSize(), config.epsilon());
    }

    @Override
    public int batchClass(int length) {
        return config.rotary().scaling().dependsOnLength() ? length : 0;
    }

    @Override
    public TokenEmbedding tokens() {
        return tokens;
    }

    @Override
    protected boolean branches() {
        return !config.rotary().scaling().dependsOnLength();
    }

    @Override
    protected TransformerStack layers() {
        return layers;
    }
}
