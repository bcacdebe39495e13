package org.attn4j.models.family.transformer;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.XavierInitializer;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.Alibi;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.attention.position.RelativePositionBias;
import org.attn4j.attention.position.ScoreBias;
import org.attn4j.attention.position.SinusoidalPositions;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.LayerLayout;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.Tie;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.seq2seq.EncoderDecoderParts;
import org.attn4j.models.model.seq2seq.LabelShift;

/** Makes the parts of a {@link TransformerModel} as its configuration asks. */
final class TransformerParts {

    /** T5's buckets of distances, and the distance from which on they are one. */
    private static final int RELATIVE_BUCKETS = 32;

    private static final int RELATIVE_MAX_DISTANCE = 128;

    private static final Set<String> MULTI_HEAD =
            Set.of("multi-head", "grouped-query", "multi-query");

    private final TransformerConfig config;
    private final AttentionFactory attention;
    private final TokenEmbedding sourceTokens;
    private final TokenEmbedding targetTokens;
    private final OutputProjection projection;

    TransformerParts(TransformerConfig config, AttentionFactory attention) {
        this.config = config;
        this.attention = attention;
        sourceTokens = new TokenEmbedding(config.sourceVocabularySize(), config.modelSize());
        targetTokens =
                config.tie() == Tie.ALL
                        ? sourceTokens
                        : new TokenEmbedding(config.targetVocabularySize(), config.modelSize());
        projection =
                config.tie() == Tie.NONE
                        ? OutputProjection.of(
                                config.modelSize(),
                                config.targetVocabularySize(),
                                config.outputBias())
                        : OutputProjection.tiedTo(targetTokens, config.outputBias());
    }

    EncoderDecoderParts all(String architecture) {
        return new EncoderDecoderParts(
                architecture,
                TransformerWeights.table(config),
                config.tie() == Tie.ALL ? sourceTokens : null,
                encoder(),
                null,
                decoder(),
                projection,
                null,
                null,
                1,
                LabelShift.startingWith(config.decoderStartId(), config.padId()),
                false,
                true,
                false,
                config.sourceVocabularySize(),
                config.targetVocabularySize(),
                config.targetVocabularySize(),
                config.padId(),
                branches(),
                xavier());
    }

    /** Made otherwise than as configured, attention may look at places. */
    private boolean branches() {
        boolean told =
                switch (config.positions()) {
                    case ALIBI, RELATIVE -> false;
                    default -> true;
                };
        TransformerAttention named = config.attention();
        return told
                && attention == AttentionFactory.configured()
                && MULTI_HEAD.contains(named.decoderSelf().mechanism())
                && MULTI_HEAD.contains(named.cross().mechanism());
    }

    /** A mechanism may have a weight that is a vector: it maps to one number. */
    private static Initializer xavier() {
        Initializer matrices =
                new XavierInitializer(
                        XavierInitializer.RandomType.UNIFORM, XavierInitializer.FactorType.AVG, 3f);
        return (manager, shape, type) ->
                shape.dimension() > 1
                        ? matrices.initialize(manager, shape, type)
                        : matrices.initialize(manager, new Shape(1, shape.get(0)), type)
                                .reshape(shape);
    }

    List<TokenEmbedding> tokens() {
        return Stream.of(sourceTokens, targetTokens).distinct().toList();
    }

    private EmbeddedStack encoder() {
        TransformerStack layers = TransformerStack.of(config.encoderLayers(), this::encoderLayer);
        return new EmbeddedStack(
                embeddings(sourceTokens),
                scoreBias(config.encoderHeads(), true),
                layers,
                finalNorm());
    }

    private EmbeddedStack decoder() {
        TransformerStack layers = TransformerStack.of(config.decoderLayers(), this::decoderLayer);
        return new EmbeddedStack(
                embeddings(targetTokens),
                scoreBias(config.decoderHeads(), false),
                layers,
                finalNorm());
    }

    OutputProjection projection() {
        return projection;
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

    private TransformerLayer encoderLayer(int layer) {
        return new TransformerLayer(
                attention.create(AttentionSlot.ENCODER_SELF, layer, config),
                feedForward(config.encoderFeedForwardSize()),
                layout());
    }

    private TransformerLayer decoderLayer(int layer) {
        return new TransformerLayer(
                attention.create(AttentionSlot.DECODER_SELF, layer, config),
                AttentionMask.none(),
                attention.create(AttentionSlot.CROSS, layer, config),
                feedForward(config.decoderFeedForwardSize()),
                layout());
    }

    private LayerLayout layout() {
        return LayerLayout.of(this::norm, config.normOrder(), config.dropout());
    }

    private FeedForward feedForward(int innerSize) {
        return new FeedForward(
                config.modelSize(), innerSize, config.activation(), config.activationDropout());
    }

    private LayerNorm norm() {
        return new LayerNorm(config.modelSize(), config.layerNormEpsilon());
    }

    private LayerNorm finalNorm() {
        return config.finalNorm() ? norm() : null;
    }
}
