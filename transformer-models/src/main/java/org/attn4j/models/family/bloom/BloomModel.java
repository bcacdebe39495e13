package org.attn4j.models.family.bloom;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.Alibi;
import org.attn4j.models.layer.Activation;
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
 * Bloom without its head. Takes {@code input_ids} and {@code attention_mask} (all seen by default),
 * both (B, T). Positions are told by a bias on the scores that counts the tokens that are seen.
 */
public final class BloomModel extends DecoderOnlyModel {

    private final TokenEmbedding tokens;
    private final LayerNorm embeddingNorm;
    private final Alibi alibi;
    private final TransformerStack layers;
    private final LayerNorm norm;

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public BloomModel(BloomConfig config) {
        super(List.of("input_ids", "attention_mask"), config.hiddenSize(), 0);
        tokens =
                addChildBlock(
                        "embed_tokens",
                        new TokenEmbedding(config.vocabularySize(), config.hiddenSize()));
        embeddingNorm = addChildBlock("embed_norm", norm(config));
        alibi = new Alibi(config.heads());
        layers = addChildBlock("layers", TransformerStack.of(config.layers(), i -> layer(config)));
        norm = addChildBlock("norm", norm(config));
    }

    @Override
    public NDArray forward(ParameterStore parameters, CausalInputs in, boolean training) {
        NDArray distances = alibi.keyBias(in.words().manager(), in.seen()); // (B, N, 1, S)
        LayerInputs seen = in.forLayers(AttentionMask.bias(distances));
        NDArray x = tokens.embed(parameters, in.words(), training); // (B, T, D)
        x = Layers.apply(embeddingNorm, parameters, x, training);
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        x = Layers.apply(norm, parameters, x, training); // (B, T, D)
        return layers.tellLast(seen, x);
    }

    private static TransformerLayer layer(BloomConfig config) {
        int size = config.hiddenSize();
        MultiHeadAttention attention =
                MultiHeadAttention.builder()
                        .setModelSize(size)
                        .setHeads(config.heads())
                        .optDropout(config.attentionDropout())
                        .build();
        return new TransformerLayer(
                attention,
                new FeedForward(size, 4 * size, Activation.GELU_NEW, 0),
                LayerLayout.of(
                        () -> norm(config),
                        config.residualAfterNorm() ? NormOrder.NORMED : NormOrder.PRE,
                        config.hiddenDropout()));
    }

    private static LayerNorm norm(BloomConfig config) {
        return new LayerNorm(config.hiddenSize(), config.epsilon());
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
