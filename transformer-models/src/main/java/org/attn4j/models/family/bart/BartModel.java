package org.attn4j.models.family.bart;

import ai.djl.nn.Block;
import ai.djl.training.initializer.NormalInitializer;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.attention.position.SinusoidalPositions;
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
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.model.seq2seq.EncoderDecoderParts;
import org.attn4j.models.model.seq2seq.LabelShift;
import org.attn4j.models.model.seq2seq.SequenceToSequenceHeads;

/** BART, mBART and Marian out of the shared layers. */
final class BartModel {

    private static final double EPSILON = 1e-5;

    /** Learned positions begin at the third row of their table. */
    private static final int POSITION_OFFSET = 2;

    private final BartConfig config;
    private final BartVariant variant;
    private final NormOrder normOrder;

    private BartModel(BartConfig config, BartVariant variant) {
        this.config = config;
        this.variant = variant;
        normOrder = variant == BartVariant.MBART ? NormOrder.PRE : NormOrder.POST;
    }

    /**
     * Makes a model.
     *
     * @param architecture its name in transformers
     * @param config the hyperparameters
     * @param variant which of the models
     * @param reader the configuration, for what heads read
     */
    static EncoderDecoder create(
            String architecture, BartConfig config, BartVariant variant, ConfigReader reader) {
        return new BartModel(config, variant).create(architecture, reader);
    }

    private EncoderDecoder create(String architecture, ConfigReader reader) {
        int classes = variant == BartVariant.BART ? 3 : 2;
        Head head =
                SequenceToSequenceHeads.create(architecture, reader, config.modelSize(), classes);
        boolean base = !architecture.contains("For") && !architecture.contains("MT");
        TokenEmbedding source = tokens(config.vocabularySize());
        TokenEmbedding target =
                config.sharedEmbeddings() ? source : tokens(config.decoderVocabularySize());
        return new EncoderDecoder(
                new EncoderDecoderParts(
                        architecture,
                        BartWeights.of(config, base, head),
                        config.sharedEmbeddings() ? source : null,
                        encoder(source),
                        null,
                        decoder(target),
                        base || head != null ? null : output(target),
                        head,
                        SequenceToSequenceHeads.endId(architecture, reader, 2),
                        1,
                        variant == BartVariant.MBART
                                ? LabelShift.wrapping(config.padId())
                                : LabelShift.startingWith(config.startId(), config.padId()),
                        variant != BartVariant.MARIAN,
                        false,
                        false,
                        config.vocabularySize(),
                        config.targetVocabularySize(),
                        config.decoderVocabularySize(),
                        config.padId(),
                        true,
                        new NormalInitializer((float) config.initializerRange())));
    }

    private TokenEmbedding tokens(int vocabularySize) {
        return new TokenEmbedding(vocabularySize, config.modelSize());
    }

    /** The bias is the tensor {@code final_logits_bias}. */
    private Block output(TokenEmbedding target) {
        if (config.tieEmbeddings() && target.vocabularySize() != config.targetVocabularySize()) {
            throw new IllegalArgumentException(
                    "config.json: an output that is tied needs a decoder.embed_tokens of as many rows, got decoder_vocab_size=%s, %s rows"
                            .formatted(config.targetVocabularySize(), target.vocabularySize()));
        }
        return config.tieEmbeddings()
                ? OutputProjection.tiedTo(target, true)
                : OutputProjection.of(config.modelSize(), config.targetVocabularySize(), true);
    }

    private EmbeddedStack encoder(TokenEmbedding tokens) {
        BartConfig.Side side = config.encoder();
        return new EmbeddedStack(
                embeddings(tokens),
                null,
                TransformerStack.of(
                        side.layers(),
                        i ->
                                new TransformerLayer(
                                        attention(side, AttentionSlot.ENCODER_SELF, i),
                                        feedForward(side),
                                        layout())),
                finalNorm());
    }

    private EmbeddedStack decoder(TokenEmbedding tokens) {
        BartConfig.Side side = config.decoder();
        return new EmbeddedStack(
                embeddings(tokens),
                null,
                TransformerStack.of(
                        side.layers(),
                        i ->
                                new TransformerLayer(
                                        attention(side, AttentionSlot.DECODER_SELF, i),
                                        AttentionMask.none(),
                                        attention(side, AttentionSlot.CROSS, i),
                                        feedForward(side),
                                        layout())),
                finalNorm());
    }

    private Embeddings embeddings(TokenEmbedding tokens) {
        int size = config.modelSize();
        Embeddings.Builder builder =
                Embeddings.builder()
                        .optScale(config.scaleEmbedding() ? Math.sqrt(size) : 1)
                        .optDropout(config.dropout());
        if (config.sharedEmbeddings()) {
            builder.setSharedTokens(tokens);
        } else {
            builder.setTokens(tokens);
        }
        if (variant == BartVariant.MARIAN) {
            return builder.optMaxLength(config.maxPositions())
                    .optSinusoidal(
                            SinusoidalPositions.builder()
                                    .setSize(size)
                                    .optLayout(SinusoidalPositions.Layout.HALVES)
                                    .build())
                    .build();
        }
        return builder.optLearned(
                        new LearnedPositions(config.maxPositions(), size, POSITION_OFFSET))
                .optNorm(norm())
                .build();
    }

    private LayerLayout layout() {
        return LayerLayout.of(this::norm, normOrder, config.dropout());
    }

    private MultiHeadAttention attention(BartConfig.Side side, AttentionSlot slot, int layer) {
        return MultiHeadAttention.builder()
                .setModelSize(config.modelSize())
                .setHeads(side.heads())
                .optDropout(config.attentionDropout())
                .optPrunedHeads(config.prunedHeads().at(slot, layer))
                .build();
    }

    private FeedForward feedForward(BartConfig.Side side) {
        return new FeedForward(
                config.modelSize(),
                side.innerSize(),
                config.activation(),
                config.activationDropout());
    }

    private LayerNorm norm() {
        return new LayerNorm(config.modelSize(), EPSILON);
    }

    private LayerNorm finalNorm() {
        return variant == BartVariant.MBART ? norm() : null;
    }
}
