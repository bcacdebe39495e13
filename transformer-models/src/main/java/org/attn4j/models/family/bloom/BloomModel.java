package org.attn4j.models.family.bloom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.Alibi;
import org.attn4j.models.layer.Activation;
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
 * Bloom without its head. Takes {@code input_ids} and {@code attention_mask} (all seen by default),
 * both (B, T). Places are told by a bias on the scores that counts the tokens that are seen.
 */
public final class BloomModel extends CausalEncoder {

    private final Alibi alibi;

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public BloomModel(BloomConfig config) {
        this(config, new TokenEmbedding(config.vocabularySize(), config.hiddenSize()));
    }

    private BloomModel(BloomConfig config, TokenEmbedding tokens) {
        super(
                List.of("input_ids", "attention_mask"),
                tokens,
                new EmbeddedStack(
                        Embeddings.builder()
                                .setTokens(tokens)
                                .optNorm(new LayerNorm(config.hiddenSize(), config.epsilon()))
                                .build(),
                        null,
                        TransformerStack.of(config.layers(), i -> layer(config)),
                        new LayerNorm(config.hiddenSize(), config.epsilon())),
                0);
        alibi = new Alibi(config.heads());
    }

    private static TransformerLayer layer(BloomConfig config) {
        return new TransformerLayer(
                MultiHeadAttention.builder()
                        .setModelSize(config.hiddenSize())
                        .setHeads(config.heads())
                        .optDropout(config.attentionDropout())
                        .build(),
                new FeedForward(
                        config.hiddenSize(), 4 * config.hiddenSize(), Activation.GELU_NEW, 0),
                LayerLayout.of(
                        () -> new LayerNorm(config.hiddenSize(), config.epsilon()),
                        config.residualAfterNorm() ? NormOrder.NORMED : NormOrder.PRE,
                        config.hiddenDropout()));
    }

    /** {@inheritDoc} */
    @Override
    protected AttentionMask mask(NDManager manager, NDArray visible) {
        return AttentionMask.bias(alibi.keyBias(manager, visible));
    }
}
