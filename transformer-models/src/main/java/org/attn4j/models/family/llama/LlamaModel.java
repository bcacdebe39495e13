package org.attn4j.models.family.llama;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.RmsNorm;
import org.attn4j.attention.position.RotaryEmbedding;
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
 * Llama and Mistral without their head. Takes {@code input_ids}, {@code attention_mask} (all seen
 * by default) and {@code position_ids} (0, 1, 2 … by default), all (B, T).
 */
public final class LlamaModel extends DecoderOnlyModel {

    private final LlamaConfig config;
    private final TokenEmbedding tokens;
    private final TransformerStack layers;
    private final RmsNorm norm;
    private final AttentionMask window; // of all layers alike

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public LlamaModel(LlamaConfig config) {
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
        // A window that all layers have is told once, with the numbers of the mask.
        window = config.types().isMixed() ? AttentionMask.none() : window(config, 0);
    }

    @Override
    public NDArray forward(ParameterStore parameters, CausalInputs in, boolean training) {
        LayerInputs seen = in.forLayers(window);
        NDArray x = tokens.embed(parameters, in.words(), training); // (B, T, D)
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        x = Layers.apply(norm, parameters, x, training); // (B, T, D)
        return layers.tellLast(seen, x);
    }

    private static TransformerLayer layer(LlamaConfig config, int layer) {
        MultiHeadAttention attention =
                MultiHeadAttention.builder()
                        .setModelSize(config.hiddenSize())
                        .setHeads(config.heads())
                        .optKeyValueHeads(config.keyValueHeads())
                        .optHeadSize(config.headSize())
                        .optBias(config.attentionBias())
                        .optRotary(
                                config.rotary(layer)
                                        .embedding(
                                                config.headSize(), RotaryEmbedding.Layout.HALVES))
                        .optDropout(config.attentionDropout())
                        .build();
        return new TransformerLayer(
                attention,
                config.types().isMixed() ? window(config, layer) : AttentionMask.none(),
                null,
                new FeedForward(
                        config.hiddenSize(),
                        config.innerSize(),
                        config.activation(),
                        true,
                        config.innerBias(),
                        0),
                LayerLayout.of(() -> norm(config), NormOrder.PRE, 0));
    }

    /** A window sees so many tokens, the query's own among them. */
    private static AttentionMask window(LlamaConfig config, int layer) {
        int seen = layer < config.layers() ? config.types().window(layer) : 0;
        return seen == 0 ? AttentionMask.none() : AttentionMask.window(seen - 1, 0);
    }

    private static RmsNorm norm(LlamaConfig config) {
        return new RmsNorm(config.hiddenSize(), config.epsilon());
    }

    @Override
    public int batchClass(int length) {
        return config.rotariesDependOnLength() ? length : 0;
    }

    @Override
    public TokenEmbedding tokens() {
        return tokens;
    }

    /** A window counts places, not positions. */
    @Override
    protected boolean branches() {
        return !config.rotariesDependOnLength()
                && IntStream.range(0, config.layers())
                        .allMatch(layer -> config.types().window(layer) == 0);
    }

    @Override
    protected TransformerStack layers() {
        return layers;
    }
}
