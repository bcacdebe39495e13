package org.attn4j.models.family.transformer;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.Alibi;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.attention.position.RelativePositionBias;
import org.attn4j.attention.position.ScoreBias;
import org.attn4j.attention.position.SinusoidalPositions;
import org.attn4j.attention.spec.AttentionPlace;
import org.attn4j.models.layer.DecoderLayer;
import org.attn4j.models.layer.DecoderStack;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.EncoderLayer;
import org.attn4j.models.layer.EncoderStack;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.TokenEmbedding;

/** Makes the parts of a {@link TransformerModel} as its configuration asks. */
final class TransformerParts {

    /** T5's buckets of distances, and the distance from which on they are one. */
    private static final int RELATIVE_BUCKETS = 32;

    private static final int RELATIVE_MAX_DISTANCE = 128;

    private final TransformerConfig config;
    private final AttentionFactory attention;
    private final TokenEmbedding sourceTokens;
    private final TokenEmbedding targetTokens;

    TransformerParts(TransformerConfig config, AttentionFactory attention) {
        this.config = config;
        this.attention = attention;
        sourceTokens = new TokenEmbedding(config.sourceVocabularySize(), config.modelSize());
        targetTokens =
                config.tie() == Tie.ALL
                        ? sourceTokens
                        : new TokenEmbedding(config.targetVocabularySize(), config.modelSize());
    }

    /** The embedding that serves both sides, or null. */
    TokenEmbedding shared() {
        return config.tie() == Tie.ALL ? sourceTokens : null;
    }

    List<TokenEmbedding> tokens() {
        return Stream.of(sourceTokens, targetTokens).distinct().toList();
    }

    EncoderStack encoder() {
        List<EncoderLayer> layers =
                IntStream.range(0, config.encoderLayers()).mapToObj(this::encoderLayer).toList();
        return new EncoderStack(
                embeddings(sourceTokens),
                scoreBias(config.encoderHeads(), true),
                layers,
                finalNorm());
    }

    DecoderStack decoder() {
        List<DecoderLayer> layers =
                IntStream.range(0, config.decoderLayers()).mapToObj(this::decoderLayer).toList();
        return new DecoderStack(
                embeddings(targetTokens),
                scoreBias(config.decoderHeads(), false),
                layers,
                finalNorm());
    }

    OutputProjection projection() {
        return config.tie() == Tie.NONE
                ? OutputProjection.of(
                        config.modelSize(), config.targetVocabularySize(), config.outputBias())
                : OutputProjection.tiedTo(targetTokens, config.outputBias());
    }

    private Embeddings embeddings(TokenEmbedding tokens) {
        Embeddings.Builder builder = Embeddings.builder().optDropout(config.dropout());
        if (config.tie() == Tie.ALL) {
            builder.setSharedTokens(tokens);
        } else {
            builder.setTokens(tokens);
        }
        if (config.scaleEmbedding()) {
            builder.optScale(Math.sqrt(config.modelSize()));
        }
        switch (config.positions()) {
            case SINUSOIDAL -> builder.optSinusoidal(sinusoidal());
            case LEARNED ->
                    builder.optLearned(
                            new LearnedPositions(config.maxLength(), config.modelSize(), 0));
            default -> {
                // Attention itself knows the positions, or nothing does.
            }
        }
        return builder.build();
    }

    private SinusoidalPositions sinusoidal() {
        SinusoidalPositions.Builder builder =
                SinusoidalPositions.builder()
                        .setSize(config.modelSize())
                        .optFirstPosition(config.firstPosition());
        if (config.sinusoidLayout() != SinusoidLayout.INTERLEAVED) {
            builder.optLayout(SinusoidalPositions.Layout.HALVES);
        }
        if (config.sinusoidLayout() == SinusoidLayout.TENSOR2TENSOR) {
            builder.optTimescale(SinusoidalPositions.Timescale.TENSOR2TENSOR);
        }
        return builder.build();
    }

    private ScoreBias scoreBias(int heads, boolean bidirectional) {
        return switch (config.positions()) {
            case ALIBI -> new Alibi(heads);
            case RELATIVE ->
                    new RelativePositionBias(
                            heads, RELATIVE_BUCKETS, RELATIVE_MAX_DISTANCE, bidirectional);
            default -> null;
        };
    }

    private EncoderLayer encoderLayer(int layer) {
        return EncoderLayer.builder()
                .setSelfAttention(attention.create(AttentionPlace.ENCODER_SELF, layer, config))
                .setFeedForward(feedForward(config.encoderFeedForwardSize()))
                .setNorm(this::norm)
                .optNormOrder(config.normOrder())
                .optDropout(config.dropout())
                .build();
    }

    private DecoderLayer decoderLayer(int layer) {
        return DecoderLayer.builder()
                .setSelfAttention(attention.create(AttentionPlace.DECODER_SELF, layer, config))
                .optCrossAttention(attention.create(AttentionPlace.CROSS, layer, config))
                .setFeedForward(feedForward(config.decoderFeedForwardSize()))
                .setNorm(this::norm)
                .optNormOrder(config.normOrder())
                .optDropout(config.dropout())
                .build();
    }

    private FeedForward feedForward(int innerSize) {
        return FeedForward.builder()
                .setModelSize(config.modelSize())
                .setInnerSize(innerSize)
                .optActivation(config.activation())
                .optDropout(config.activationDropout())
                .build();
    }

    private LayerNorm norm() {
        return new LayerNorm(config.modelSize(), config.layerNormEpsilon());
    }

    private LayerNorm finalNorm() {
        return config.finalNorm() ? norm() : null;
    }
}
