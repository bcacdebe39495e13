package org.attn4j.models.family.bert;

import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.attention.position.RelativeKeys;
import org.attn4j.attention.position.ScoreBias;
import org.attn4j.models.layer.DecoderLayer;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.EncoderLayer;
import org.attn4j.models.layer.EncoderStack;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.TokenEmbedding;

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
    public static EncoderStack stack(BertConfig config, Embeddings embeddings) {
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
    public static EncoderStack stack(
            BertConfig config, Embeddings embeddings, ScoreBias scoreBias) {
        List<EncoderLayer> layers =
                IntStream.range(0, config.layers()).mapToObj(i -> layer(config).build()).toList();
        return new EncoderStack(embeddings, scoreBias, layers, null);
    }

    /**
     * Returns what makes one layer, for a family to change.
     *
     * @param config the hyperparameters
     * @return a builder
     */
    public static EncoderLayer.Builder layer(BertConfig config) {
        return EncoderLayer.builder()
                .setSelfAttention(selfAttention(config))
                .setFeedForward(feedForward(config))
                .setNorm(() -> new LayerNorm(config.hiddenSize(), config.epsilon()))
                .optDropout(config.hiddenDropout());
    }

    /**
     * Returns what makes one layer of a decoder, for a family to add cross-attention to.
     *
     * @param config the hyperparameters
     * @return a builder
     */
    public static DecoderLayer.Builder decoderLayer(BertConfig config) {
        return DecoderLayer.builder()
                .setSelfAttention(selfAttention(config))
                .setFeedForward(feedForward(config))
                .setNorm(() -> new LayerNorm(config.hiddenSize(), config.epsilon()))
                .optDropout(config.hiddenDropout());
    }

    private static MultiHeadAttention selfAttention(BertConfig config) {
        return MultiHeadAttention.builder()
                .setModelSize(config.hiddenSize())
                .setHeads(config.heads())
                .optDropout(config.attentionDropout())
                .optRelativeKeys(relativeKeys(config))
                .build();
    }

    private static FeedForward feedForward(BertConfig config) {
        return FeedForward.builder()
                .setModelSize(config.hiddenSize())
                .setInnerSize(config.innerSize())
                .optActivation(config.activation())
                .build();
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
