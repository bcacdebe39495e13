package org.attn4j.models.family.opt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.Linear;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.position.LearnedPositions;
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
 * OPT without its head. Takes {@code input_ids}, {@code attention_mask} (all seen by default) and
 * {@code position_ids}, all (B, T), and gives states (B, T, E). Unless it is given, the place of a
 * token is how many are seen before it; padding has the place -1, and the table of positions begins
 * with -2.
 */
public final class OptModel extends CausalEncoder {

    static final double EPSILON = 1e-5;
    private static final int OFFSET = 2;

    private final int embeddingSize;

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public OptModel(OptConfig config) {
        this(config, new TokenEmbedding(config.vocabularySize(), config.embeddingSize()));
    }

    private OptModel(OptConfig config, TokenEmbedding tokens) {
        super(
                List.of("input_ids", "attention_mask", "position_ids"),
                tokens,
                new EmbeddedStack(
                        embeddings(config, tokens),
                        null,
                        TransformerStack.of(config.layers(), i -> layer(config)),
                        new OptEnd(config)),
                config.maxPositions());
        embeddingSize = config.embeddingSize();
    }

    private static Embeddings embeddings(OptConfig config, TokenEmbedding tokens) {
        Embeddings.Builder builder =
                Embeddings.builder()
                        .setTokens(tokens)
                        .optLearned(
                                new LearnedPositions(
                                        config.maxPositions(), config.hiddenSize(), OFFSET));
        if (config.projected()) {
            builder.optTokenProjection(
                    Linear.builder().setUnits(config.hiddenSize()).optBias(false).build());
        }
        return builder.build();
    }

    private static TransformerLayer layer(OptConfig config) {
        return new TransformerLayer(
                MultiHeadAttention.builder()
                        .setModelSize(config.hiddenSize())
                        .setHeads(config.heads())
                        .optBias(config.bias())
                        .optDropout(config.attentionDropout())
                        .build(),
                new FeedForward(
                        config.hiddenSize(),
                        config.innerSize(),
                        config.activation(),
                        false,
                        config.bias(),
                        0),
                LayerLayout.of(
                        () -> new LayerNorm(config.hiddenSize(), EPSILON, config.affineNorms()),
                        config.normBefore() ? NormOrder.PRE : NormOrder.POST,
                        config.dropout()));
    }

    /** {@inheritDoc} */
    @Override
    protected NDArray positions(NDArray visible, long count) {
        NDArray places = Scalars.subtract(visible.cumSum(1).mul(visible), 1); // (B, S)
        return places.get(":, {}:", places.getShape().get(1) - count); // (B, T)
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(embeddingSize)};
    }
}
