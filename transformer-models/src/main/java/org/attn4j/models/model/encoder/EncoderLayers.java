package org.attn4j.models.model.encoder;

import org.attn4j.attention.Attention;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.attention.position.RelativeKeys;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.LayerLayout;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;

/** BERT's embeddings and layers, for BERT and the families that kept them. */
public final class EncoderLayers {

    private EncoderLayers() {}

    /**
     * Makes BERT's embeddings: tokens, types and learned positions, added, normed and dropped.
     *
     * @param config the hyperparameters
     * @param tokens the token embedding, (V, E)
     * @return a builder, for a family to add to
     */
    public static Embeddings.Builder embeddings(EncoderConfig config, TokenEmbedding tokens) {
        int size = Math.toIntExact(tokens.modelSize()); // E
        Embeddings.Builder builder =
                Embeddings.builder()
                        .setTokens(tokens)
                        .optMaxLength(config.maxPositions())
                        .optNorm(new LayerNorm(size, config.epsilon()))
                        .optDropout(config.hiddenDropout());
        if (config.positions() == EncoderConfig.Positions.ABSOLUTE) {
            builder.optLearned(new LearnedPositions(config.maxPositions(), size, 0));
        }
        if (config.tokenTypes() > 0) {
            builder.optTokenTypes(new TokenEmbedding(config.tokenTypes(), size));
        }
        return builder;
    }

    /**
     * Makes one of BERT's layers.
     *
     * @param config the hyperparameters
     * @param index the number of the layer, from 0
     * @return the layer
     */
    public static TransformerLayer layer(EncoderConfig config, int index) {
        return layer(config, attention(config, index));
    }

    /**
     * Makes a layer with another attention.
     *
     * @param config the hyperparameters
     * @param attention its self-attention
     * @return the layer
     */
    public static TransformerLayer layer(EncoderConfig config, Attention attention) {
        return new TransformerLayer(
                attention,
                feedForward(config),
                layout(config, config.hiddenDropout(), config.hiddenDropout()));
    }

    /**
     * Makes a layer with other rates of dropout.
     *
     * @param config the hyperparameters
     * @param index the number of the layer, from 0
     * @param attentionDropout dropout of what attention gives
     * @param feedForwardDropout dropout of what the feed-forward block gives
     * @return the layer
     */
    public static TransformerLayer layer(
            EncoderConfig config, int index, float attentionDropout, float feedForwardDropout) {
        return new TransformerLayer(
                attention(config, index),
                feedForward(config),
                layout(config, attentionDropout, feedForwardDropout));
    }

    /**
     * Makes a layer with cross-attention, of which no heads are pruned.
     *
     * @param config the hyperparameters
     * @param index the number of the layer, from 0
     * @return the layer
     */
    public static TransformerLayer decoderLayer(EncoderConfig config, int index) {
        return new TransformerLayer(
                attention(config, index),
                AttentionMask.none(),
                MultiHeadAttention
                        .builder() // without distances: positions of two sequences have none
                        .setModelSize(config.hiddenSize())
                        .setHeads(config.heads())
                        .optDropout(config.attentionDropout())
                        .build(),
                feedForward(config),
                layout(config, config.hiddenDropout(), config.hiddenDropout()));
    }

    private static MultiHeadAttention attention(EncoderConfig config, int index) {
        return MultiHeadAttention.builder()
                .setModelSize(config.hiddenSize())
                .setHeads(config.heads())
                .optDropout(config.attentionDropout())
                .optRelativeKeys(relativeKeys(config))
                .optPrunedHeads(config.prunedHeads().at(index))
                .build();
    }

    private static RelativeKeys relativeKeys(EncoderConfig config) {
        return switch (config.positions()) {
            case ABSOLUTE -> null;
            case RELATIVE_KEY, RELATIVE_KEY_QUERY ->
                    new RelativeKeys(
                            config.maxPositions(),
                            config.hiddenSize() / config.heads(),
                            config.positions() == EncoderConfig.Positions.RELATIVE_KEY_QUERY);
        };
    }

    private static FeedForward feedForward(EncoderConfig config) {
        return new FeedForward(config.hiddenSize(), config.innerSize(), config.activation(), 0);
    }

    private static LayerLayout layout(
            EncoderConfig config, float attentionDropout, float feedForwardDropout) {
        return new LayerLayout(
                () -> new LayerNorm(config.hiddenSize(), config.epsilon()),
                NormOrder.POST,
                false,
                attentionDropout,
                feedForwardDropout);
    }
}
