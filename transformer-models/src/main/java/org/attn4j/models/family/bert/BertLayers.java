package org.attn4j.models.family.bert;

import org.attn4j.attention.Attention;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.attention.position.RelativeKeys;
import org.attn4j.attention.position.ScoreBias;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.LayerLayout;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;

/** BERT's layers out of the shared ones, for BERT and the families that kept them. */
public final class BertLayers {

    private BertLayers() {}

    /**
     * Makes BERT's embeddings: tokens, types and learned positions, added, normed and dropped.
     *
     * @param config the hyperparameters
     * @param tokens the token embedding; its size may be another than the model's
     * @return a builder, to add to
     */
    public static Embeddings.Builder embeddings(BertConfig config, TokenEmbedding tokens) {
        int size = Math.toIntExact(tokens.modelSize());
        Embeddings.Builder builder =
                Embeddings.builder()
                        .setTokens(tokens)
                        .optMaxLength(config.maxPositions())
                        .optNorm(new LayerNorm(size, config.epsilon()))
                        .optDropout(config.hiddenDropout());
        if (config.positions() == BertConfig.Positions.ABSOLUTE) {
            builder.optLearned(new LearnedPositions(config.maxPositions(), size, 0));
        }
        if (config.tokenTypes() > 0) {
            builder.optTokenTypes(new TokenEmbedding(config.tokenTypes(), size));
        }
        return builder;
    }

    /**
     * Makes a stack of BERT's layers on embeddings.
     *
     * @param config the hyperparameters
     * @param embeddings what the stack starts from
     * @return the stack
     */
    public static EmbeddedStack stack(BertConfig config, Embeddings embeddings) {
        return stack(config, embeddings, null);
    }

    /**
     * Makes a stack of BERT's layers with a bias on the scores of all of them.
     *
     * @param config the hyperparameters
     * @param embeddings what the stack starts from
     * @param scoreBias the bias, or null
     * @return the stack
     */
    public static EmbeddedStack stack(
            BertConfig config, Embeddings embeddings, ScoreBias scoreBias) {
        TransformerStack layers =
                TransformerStack.of(
                        config.layers(), i -> layer(config, selfAttention(config), layout(config)));
        return new EmbeddedStack(embeddings, scoreBias, layers, null);
    }

    /**
     * Makes one layer.
     *
     * @param config the hyperparameters
     * @param selfAttention its attention
     * @param layout its norms and dropouts
     * @return the layer
     */
    public static TransformerLayer layer(
            BertConfig config, Attention selfAttention, LayerLayout layout) {
        return new TransformerLayer(selfAttention, feedForward(config), layout);
    }

    /**
     * Makes one layer of a decoder.
     *
     * @param config the hyperparameters
     * @param crossAttention looks at the memory
     * @return the layer
     */
    public static TransformerLayer decoderLayer(BertConfig config, Attention crossAttention) {
        return new TransformerLayer(
                selfAttention(config),
                AttentionMask.none(),
                crossAttention,
                feedForward(config),
                layout(config));
    }

    /**
     * Returns the norms and dropouts of BERT's layers.
     *
     * @param config the hyperparameters
     * @return norms behind the sublayers
     */
    public static LayerLayout layout(BertConfig config) {
        return layout(config, config.hiddenDropout(), config.hiddenDropout());
    }

    /**
     * Returns the norms of BERT's layers with dropouts of one's own.
     *
     * @param config the hyperparameters
     * @param attentionDropout dropout of what attention gives
     * @param feedForwardDropout dropout of what the feed-forward block gives
     * @return norms behind the sublayers
     */
    public static LayerLayout layout(
            BertConfig config, float attentionDropout, float feedForwardDropout) {
        return new LayerLayout(
                () -> new LayerNorm(config.hiddenSize(), config.epsilon()),
                NormOrder.POST,
                false,
                attentionDropout,
                feedForwardDropout);
    }

    /**
     * Makes BERT's self-attention.
     *
     * @param config the hyperparameters
     * @return the attention
     */
    public static MultiHeadAttention selfAttention(BertConfig config) {
        return MultiHeadAttention.builder()
                .setModelSize(config.hiddenSize())
                .setHeads(config.heads())
                .optDropout(config.attentionDropout())
                .optRelativeKeys(relativeKeys(config))
                .build();
    }

    private static FeedForward feedForward(BertConfig config) {
        return new FeedForward(config.hiddenSize(), config.innerSize(), config.activation(), 0);
    }

    private static RelativeKeys relativeKeys(BertConfig config) {
        return switch (config.positions()) {
            case ABSOLUTE -> null;
            case RELATIVE_KEY, RELATIVE_KEY_QUERY ->
                    new RelativeKeys(
                            config.maxPositions(),
                            config.hiddenSize() / config.heads(),
                            config.positions() == BertConfig.Positions.RELATIVE_KEY_QUERY);
        };
    }
}
