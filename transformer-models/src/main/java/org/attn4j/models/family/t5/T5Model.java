package org.attn4j.models.family.t5;

import ai.djl.training.initializer.NormalInitializer;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.RmsNorm;
import org.attn4j.attention.position.RelativePositionBias;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.Embeddings;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.LayerLayout;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.model.head.TokenClassificationHead;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.model.seq2seq.EncoderDecoderParts;
import org.attn4j.models.model.seq2seq.LabelShift;
import org.attn4j.models.model.seq2seq.SequenceToSequenceHeads;

/**
 * T5 out of the shared layers: RMS norms before the sublayers, no biases, scores that are not
 * scaled, and one relative position bias for all self-attentions of a side.
 */
final class T5Model {

    private final T5Config config;

    private T5Model(T5Config config) {
        this.config = config;
    }

    static PretrainedModel create(String architecture, T5Config config, ConfigReader reader) {
        T5Model model = new T5Model(config);
        return switch (architecture) {
            case "T5EncoderModel" -> model.encoderAlone(architecture, null);
            case "T5ForTokenClassification" ->
                    model.encoderAlone(
                            architecture,
                            new TokenClassificationHead(
                                    config.modelSize(),
                                    reader.rate("classifier_dropout", 0),
                                    reader.labels().size()));
            default -> model.bothSides(architecture, reader);
        };
    }

    private ModelWithHead encoderAlone(String architecture, Head head) {
        return new ModelWithHead(
                architecture,
                new T5Encoder(
                        config.vocabularySize(),
                        encoder(
                                Embeddings.builder()
                                        .setTokens(
                                                new TokenEmbedding(
                                                        config.vocabularySize(),
                                                        config.modelSize()))
                                        .optDropout(config.dropout())
                                        .build())),
                head,
                T5Weights.ofEncoder(config, head != null),
                0.05 * config.initializerFactor());
    }

    private EncoderDecoder bothSides(String architecture, ConfigReader reader) {
        TokenEmbedding tokens = new TokenEmbedding(config.vocabularySize(), config.modelSize());
        Head head = SequenceToSequenceHeads.create(architecture, reader, config.modelSize(), 2);
        return new EncoderDecoder(
                new EncoderDecoderParts(
                        architecture,
                        T5Weights.of(config, architecture, head),
                        tokens,
                        encoder(embeddings(tokens)),
                        null,
                        decoder(tokens),
                        architecture.equals("T5ForConditionalGeneration") ? output(tokens) : null,
                        head,
                        SequenceToSequenceHeads.endId(architecture, reader, 1),
                        config.tieEmbeddings() ? 1 / Math.sqrt(config.modelSize()) : 1,
                        LabelShift.startingWith(config.startId(), config.padId()),
                        head != null,
                        false,
                        false,
                        config.vocabularySize(),
                        config.vocabularySize(),
                        config.vocabularySize(),
                        config.padId(),
                        false,
                        new NormalInitializer((float) (0.05 * config.initializerFactor()))));
    }

    private OutputProjection output(TokenEmbedding tokens) {
        return config.tieEmbeddings()
                ? OutputProjection.tiedTo(tokens, false)
                : OutputProjection.of(config.modelSize(), config.vocabularySize(), false);
    }

    private EmbeddedStack encoder(Embeddings embeddings) {
        return new EmbeddedStack(
                embeddings,
                positions(true),
                TransformerStack.of(
                        config.encoderLayers(),
                        i ->
                                new TransformerLayer(
                                        attention(AttentionSlot.ENCODER_SELF, i),
                                        feedForward(),
                                        layout())),
                norm());
    }

    private EmbeddedStack decoder(TokenEmbedding tokens) {
        return new EmbeddedStack(
                embeddings(tokens),
                positions(false),
                TransformerStack.of(
                        config.decoderLayers(),
                        i ->
                                new TransformerLayer(
                                        attention(AttentionSlot.DECODER_SELF, i),
                                        AttentionMask.none(),
                                        attention(AttentionSlot.CROSS, i),
                                        feedForward(),
                                        layout())),
                norm());
    }

    private Embeddings embeddings(TokenEmbedding tokens) {
        return Embeddings.builder().setSharedTokens(tokens).optDropout(config.dropout()).build();
    }

    private RelativePositionBias positions(boolean bidirectional) {
        return new RelativePositionBias(
                config.heads(), config.buckets(), config.maxDistance(), bidirectional);
    }

    private LayerLayout layout() {
        return LayerLayout.of(this::norm, NormOrder.PRE, config.dropout());
    }

    private MultiHeadAttention attention(AttentionSlot slot, int layer) {
        return MultiHeadAttention.builder()
                .setModelSize(config.modelSize())
                .setHeads(config.heads())
                .optHeadSize(config.headSize())
                .optScale(1)
                .optBias(false)
                .optDropout(config.dropout())
                .optPrunedHeads(config.prunedHeads().at(slot, layer))
                .build();
    }

    private FeedForward feedForward() {
        return new FeedForward(
                config.modelSize(),
                config.innerSize(),
                config.activation(),
                config.gated(),
                false,
                config.dropout());
    }

    private RmsNorm norm() {
        return new RmsNorm(config.modelSize(), config.epsilon());
    }
}
