package org.attn4j.models.family.llama;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.RmsNorm;
import org.attn4j.attention.position.RotaryEmbedding;
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
 * Llama and Mistral without their head. Takes {@code input_ids}, {@code attention_mask} (all seen
 * by default) and {@code position_ids} (0, 1, 2 … by default), all (B, T).
 */
public final class LlamaModel extends CausalEncoder {

    private final AttentionMask window; // of all layers

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public LlamaModel(LlamaConfig config) {
        this(config, new TokenEmbedding(config.vocabularySize(), config.hiddenSize()));
    }

    private LlamaModel(LlamaConfig config, TokenEmbedding tokens) {
        super(
                List.of("input_ids", "attention_mask", "position_ids"),
                tokens,
                new EmbeddedStack(
                        Embeddings.builder().setTokens(tokens).build(),
                        null,
                        TransformerStack.of(config.layers(), i -> layer(config, i)),
                        new RmsNorm(config.hiddenSize(), config.epsilon())),
                0,
                IntStream.range(0, config.layers())
                        .anyMatch(i -> config.rotary(i).scaling().dependsOnLength()));
        window = config.types().isMixed() ? AttentionMask.none() : window(config, 0);
    }

    /** A window sees so many tokens, the query's own among them. */
    private static AttentionMask window(LlamaConfig config, int layer) {
        int tokens = layer < config.layers() ? config.types().window(layer) : 0;
        return tokens == 0 ? AttentionMask.none() : AttentionMask.window(tokens - 1, 0);
    }

    private static TransformerLayer layer(LlamaConfig config, int layer) {
        return new TransformerLayer(
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
                        .build(),
                config.types().isMixed() ? window(config, layer) : AttentionMask.none(),
                null,
                new FeedForward(
                        config.hiddenSize(),
                        config.innerSize(),
                        config.activation(),
                        true,
                        config.innerBias(),
                        0),
                LayerLayout.of(
                        () -> new RmsNorm(config.hiddenSize(), config.epsilon()),
                        NormOrder.PRE,
                        0));
    }

    /** The window of all layers is told once, with the numbers of the mask. */
    @Override
    protected AttentionMask mask(NDManager manager, NDArray visible) {
        return window;
    }
}
