package org.attn4j.models.family.gpt2;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.LearnedPositions;
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
 * GPT-2 without its head. Takes {@code input_ids}, {@code attention_mask} (all seen by default),
 * {@code position_ids} (0, 1, 2 … by default) and {@code token_type_ids} (none by default; ids of
 * tokens whose vectors are added), all (B, T).
 */
public final class Gpt2Model extends DecoderOnlyModel {

    private final Gpt2Config config;
    private final TokenEmbedding tokens;
    private final LearnedPositions positions;
    private final TransformerStack layers;
    private final LayerNorm norm;

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public Gpt2Model(Gpt2Config config) {
        super(
                List.of("input_ids", "attention_mask", "position_ids", "token_type_ids"),
                config.hiddenSize(),
                config.maxPositions());
        this.config = config;
        tokens =
                addChildBlock(
                        "embed_tokens",
                        new TokenEmbedding(config.vocabularySize(), config.hiddenSize()));
        positions =
                addChildBlock(
                        "embed_positions",
                        new LearnedPositions(config.maxPositions(), config.hiddenSize(), 0));
        layers =
                addChildBlock(
                        "layers", TransformerStack.of(config.layers(), i -> layer(config, i)));
        norm = addChildBlock("norm", norm(config));
    }

    @Override
    public NDArray forward(ParameterStore parameters, CausalInputs in, boolean training) {
        LayerInputs seen = in.forLayers(AttentionMask.none());
        NDArray x = tokens.embed(parameters, in.words(), training); // (B, T, D)
        if (in.tokenTypes() != null) {
            x = x.add(Layers.apply(tokens, parameters, in.tokenTypes(), training));
        }
        x = x.add(Layers.apply(positions, parameters, in.countedPositions(), training));
        x = Layers.dropout(x, config.embeddingDropout(), training);
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        x = Layers.apply(norm, parameters, x, training); // (B, T, D)
        return layers.tellLast(seen, x);
    }

    private static TransformerLayer layer(Gpt2Config config, int layer) {
        MultiHeadAttention attention =
                MultiHeadAttention.builder()
                        .setModelSize(config.hiddenSize())
                        .setHeads(config.heads())
                        .optScale(config.scale(layer))
                        .optDropout(config.attentionDropout())
                        .optPrunedHeads(config.prunedHeads().at(layer))
                        .build();
        return new TransformerLayer(
                attention,
                new FeedForward(config.hiddenSize(), config.innerSize(), config.activation(), 0),
                LayerLayout.of(() -> norm(config), NormOrder.PRE, config.residualDropout()));
    }

    private static LayerNorm norm(Gpt2Config config) {
        return new LayerNorm(config.hiddenSize(), config.epsilon());
    }

    @Override
    public TokenEmbedding tokens() {
        return tokens;
    }

    @Override
    protected boolean branches() {
        return true;
    }

    @Override
    protected TransformerStack layers() {
        return layers;
    }
}
