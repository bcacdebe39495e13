package org.attn4j.models.t5;

import java.util.stream.IntStream;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.RmsNorm;
import org.attn4j.attention.position.RelativePositionBias;
import org.attn4j.models.layer.DecoderLayer;
import org.attn4j.models.layer.DecoderStack;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.EncoderLayer;
import org.attn4j.models.layer.EncoderStack;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.seq2seq.EncoderDecoder;
import org.attn4j.models.seq2seq.EncoderDecoderParts;
import org.attn4j.models.seq2seq.LabelShift;

/**
 * T5 out of the shared layers: RMS norms before the sublayers, no biases, scores that are not
 * scaled, and one relative position bias for all self-attentions of a side.
 */
final class T5Model {

    private final T5Config config;

    private T5Model(T5Config config) {
        this.config = config;
    }

    static EncoderDecoder create(String architecture, boolean base, T5Config config) {
        return new T5Model(config).create(architecture, base);
    }

    private EncoderDecoder create(String architecture, boolean base) {
        TokenEmbedding tokens = new TokenEmbedding(config.vocabularySize(), config.modelSize());
        OutputProjection output =
                config.tieEmbeddings()
                        ? OutputProjection.tiedTo(tokens, false)
                        : OutputProjection.of(config.modelSize(), config.vocabularySize(), false);
        return new EncoderDecoder(
                new EncoderDecoderParts(
                        architecture,
                        T5Weights.of(config, base),
                        tokens,
                        encoder(tokens),
                        null,
                        decoder(tokens),
                        base ? null : output,
                        config.tieEmbeddings() ? 1 / Math.sqrt(config.modelSize()) : 1,
                        LabelShift.startingWith(config.startId(), config.padId()),
                        false,
                        false,
                        config.vocabularySize(),
                        config.vocabularySize(),
                        config.padId(),
                        0.05 * config.initializerFactor()));
    }

    private EncoderStack encoder(TokenEmbedding tokens) {
        return new EncoderStack(
                embeddings(tokens),
                positions(true),
                IntStream.range(0, config.encoderLayers())
                        .mapToObj(
                                i ->
                                        EncoderLayer.builder()
                                                .setSelfAttention(attention())
                                                .setFeedForward(feedForward())
                                                .setNorm(this::norm)
                                                .optNormOrder(NormOrder.PRE)
                                                .optDropout(config.dropout())
                                                .build())
                        .toList(),
                norm());
    }

    private DecoderStack decoder(TokenEmbedding tokens) {
        return new DecoderStack(
                embeddings(tokens),
                positions(false),
                IntStream.range(0, config.decoderLayers())
                        .mapToObj(
                                i ->
                                        DecoderLayer.builder()
                                                .setSelfAttention(attention())
                                                .optCrossAttention(attention())
                                                .setFeedForward(feedForward())
                                                .setNorm(this::norm)
                                                .optNormOrder(NormOrder.PRE)
                                                .optDropout(config.dropout())
                                                .build())
                        .toList(),
                norm());
    }

    private Embeddings embeddings(TokenEmbedding tokens) {
        return Embeddings.builder().setSharedTokens(tokens).optDropout(config.dropout()).build();
    }

    private RelativePositionBias positions(boolean bidirectional) {
        return new RelativePositionBias(
                config.heads(), config.buckets(), config.maxDistance(), bidirectional);
    }

    private MultiHeadAttention attention() {
        return MultiHeadAttention.builder()
                .setModelSize(config.modelSize())
                .setHeads(config.heads())
                .optHeadSize(config.headSize())
                .optScale(1)
                .optBias(false)
                .optDropout(config.dropout())
                .build();
    }

    private FeedForward feedForward() {
        return FeedForward.builder()
                .setModelSize(config.modelSize())
                .setInnerSize(config.innerSize())
                .optActivation(config.activation())
                .optGated(config.gated())
                .optBias(false)
                .optDropout(config.dropout())
                .build();
    }

    private RmsNorm norm() {
        return new RmsNorm(config.modelSize(), config.epsilon());
    }
}
