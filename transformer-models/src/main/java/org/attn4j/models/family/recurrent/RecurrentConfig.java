package org.attn4j.models.family.recurrent;

import com.google.gson.JsonObject;
import java.util.Objects;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Tie;

/**
 * The hyperparameters of a {@link RecurrentModel}, as its {@code config.json} holds them.
 *
 * @param decoder how the decoder uses attention
 * @param cell the cells on both sides
 * @param attention the mechanism between decoder and source
 * @param embeddingSize E, the features of token vectors on both sides
 * @param encoderSize h, the state of the encoder in one direction
 * @param encoderLayers layers of the encoder
 * @param bidirectional whether the encoder also runs backward
 * @param decoderSize d, the state of the decoder
 * @param decoderLayers layers of the decoder; 1 unless it is Luong's
 * @param attentionalSize A, the features of Luong's attentional vector; 0 for as many as d
 * @param inputFeeding whether Luong's decoder reads the attentional vector of the step before
 * @param maxoutSize l, the units of the maxout readout, where there is one
 * @param heads heads, for mechanisms with heads
 * @param maxLength the longest source, for mechanisms with parameters by position
 * @param dropout dropout of token vectors, between layers and before predictions
 * @param attentionDropout dropout of attention weights
 * @param coverageLoss λ, how much a step costs in training that looks again at what was looked at
 *     before (See et al. 2017, equation 13, whatever the mechanism); 0 for nothing
 * @param scheduledSampling how often the decoder reads its own tokens in training
 * @param tie which embedding matrices are shared; what predictions are read from then has the
 *     features of a token's vector
 * @param sourceVocabularySize number of source tokens
 * @param targetVocabularySize number of target tokens, V
 * @param padId id that fills short rows
 * @param bosId id that begins a sentence
 * @param eosId id that ends a sentence
 * @param decoderStartId id that the decoder starts from
 */
public record RecurrentConfig(
        DecoderKind decoder,
        CellKind cell,
        AttentionSpec attention,
        int embeddingSize,
        int encoderSize,
        int encoderLayers,
        boolean bidirectional,
        int decoderSize,
        int decoderLayers,
        int attentionalSize,
        boolean inputFeeding,
        int maxoutSize,
        int heads,
        int maxLength,
        float dropout,
        float attentionDropout,
        float coverageLoss,
        ScheduledSampling scheduledSampling,
        Tie tie,
        int sourceVocabularySize,
        int targetVocabularySize,
        int padId,
        int bosId,
        int eosId,
        int decoderStartId) {

    public RecurrentConfig {
        Objects.requireNonNull(decoder, "decoder");
        Objects.requireNonNull(cell, "cell");
        Objects.requireNonNull(attention, "attention");
        Objects.requireNonNull(scheduledSampling, "scheduledSampling");
        Objects.requireNonNull(tie, "tie");
        Require.atLeast("embeddingSize", embeddingSize, 1);
        Require.atLeast("encoderSize", encoderSize, 1);
        Require.atLeast("encoderLayers", encoderLayers, 1);
        Require.atLeast("decoderSize", decoderSize, 1);
        Require.atLeast("decoderLayers", decoderLayers, 1);
        Require.atLeast("attentionalSize", attentionalSize, 0);
        Require.atLeast("maxoutSize", maxoutSize, 1);
        Require.atLeast("heads", heads, 1);
        Require.atLeast("maxLength", maxLength, 1);
        Require.atLeast("sourceVocabularySize", sourceVocabularySize, 1);
        Require.atLeast("targetVocabularySize", targetVocabularySize, 1);
        Require.that(
                coverageLoss >= 0 && coverageLoss < Float.POSITIVE_INFINITY,
                "coverageLoss must not be negative, got coverageLoss=%s",
                coverageLoss);
        Require.rate("dropout", dropout);
        Require.rate("attentionDropout", attentionDropout);
        Require.that(
                decoder == DecoderKind.LUONG || decoderLayers == 1,
                "decoderLayers must be 1 unless decoder=LUONG, got decoder=%s, decoderLayers=%s",
                decoder,
                decoderLayers);
        Require.that(
                tie == Tie.NONE
                        || readoutSize(decoder, attentionalSize, decoderSize, maxoutSize)
                                == embeddingSize,
                "tie=%s needs predictions to be read from vectors of embeddingSize=%s: %s",
                tie,
                embeddingSize,
                switch (decoder) {
                    case LUONG -> "set attentionalSize to it";
                    case BAHDANAU_MAXOUT -> "set maxoutSize to it";
                    case BAHDANAU -> "decoder=BAHDANAU reads them from more; use BAHDANAU_MAXOUT";
                });
        Require.that(
                tie != Tie.ALL || sourceVocabularySize == targetVocabularySize,
                "tie=ALL needs one vocabulary for both sides, got"
                        + " sourceVocabularySize=%s, targetVocabularySize=%s",
                sourceVocabularySize,
                targetVocabularySize);
        requireId("padId", padId, Math.min(sourceVocabularySize, targetVocabularySize));
        requireId("bosId", bosId, targetVocabularySize);
        requireId("eosId", eosId, targetVocabularySize);
        requireId("decoderStartId", decoderStartId, targetVocabularySize);
        Mechanisms.check(attention, AttentionSlot.CROSS);
    }

    /**
     * Returns the features of the encoder's annotations.
     *
     * @return h, or 2·h with both directions
     */
    public int memorySize() {
        return bidirectional ? 2 * encoderSize : encoderSize;
    }

    /** A, filled in. */
    int attentionalFeatures() {
        return attentionalSize == 0 ? decoderSize : attentionalSize;
    }

    private static int readoutSize(
            DecoderKind decoder, int attentionalSize, int decoderSize, int maxoutSize) {
        return switch (decoder) {
            case LUONG -> attentionalSize == 0 ? decoderSize : attentionalSize;
            case BAHDANAU_MAXOUT -> maxoutSize;
            case BAHDANAU -> 0; // state, context and token vector together
        };
    }

    /**
     * Starts from Luong et al. 2015: LSTMs, the general score, input feeding, dropout 0.2; of one
     * layer and a size that a CPU trains.
     *
     * @return a builder
     */
    public static Builder luong() {
        return new Builder();
    }

    /**
     * Starts from Bahdanau et al. 2015: GRUs, additive attention, the maxout readout; of a size
     * that a CPU trains.
     *
     * @return a builder
     */
    public static Builder bahdanau() {
        return new Builder()
                .optDecoder(DecoderKind.BAHDANAU_MAXOUT)
                .optCell(CellKind.GRU)
                .optAttention(AttentionSpec.named("additive"));
    }

    /**
     * Reads a configuration.
     *
     * @param reader of its {@code config.json}
     * @return the configuration
     * @throws IllegalArgumentException if a vocabulary size is missing, or a value does not fit
     */
    public static RecurrentConfig of(ConfigReader reader) {
        return RecurrentCodec.read(reader);
    }

    /**
     * Writes the configuration.
     *
     * @return the content of its {@code config.json}
     */
    public JsonObject json() {
        return RecurrentCodec.write(this);
    }

    /**
     * Starts from this configuration.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.decoder = decoder;
        builder.cell = cell;
        builder.attention = attention;
        builder.embeddingSize = embeddingSize;
        builder.encoderSize = encoderSize;
        builder.encoderLayers = encoderLayers;
        builder.bidirectional = bidirectional;
        builder.decoderSize = decoderSize;
        builder.decoderLayers = decoderLayers;
        builder.attentionalSize = attentionalSize;
        builder.inputFeeding = inputFeeding;
        builder.maxoutSize = maxoutSize;
        builder.heads = heads;
        builder.maxLength = maxLength;
        builder.dropout = dropout;
        builder.attentionDropout = attentionDropout;
        builder.coverageLoss = coverageLoss;
        builder.scheduledSampling = scheduledSampling;
        builder.tie = tie;
        builder.sourceVocabularySize = sourceVocabularySize;
        builder.targetVocabularySize = targetVocabularySize;
        builder.padId = padId;
        builder.bosId = bosId;
        builder.eosId = eosId;
        builder.decoderStartId = decoderStartId;
        return builder;
    }

    private static void requireId(String name, int id, int size) {
        Require.that(
                id >= 0 && id < size, "%s must be at least 0 and below %s, got %s", name, size, id);
    }

    /** Builds a {@link RecurrentConfig}. */
    public static final class Builder {

        private DecoderKind decoder = DecoderKind.LUONG;
        private CellKind cell = CellKind.LSTM;
        private AttentionSpec attention = AttentionSpec.named("global-general");
        private int embeddingSize = 256;
        private int encoderSize = 128;
        private int encoderLayers = 1;
        private boolean bidirectional = true;
        private int decoderSize = 256;
        private int decoderLayers = 1;
        private int attentionalSize;
        private boolean inputFeeding = true;
        private int maxoutSize = 128;
        private int heads = 1;
        private int maxLength = 256;
        private float dropout = 0.2f;
        private float attentionDropout;
        private float coverageLoss;
        private ScheduledSampling scheduledSampling = ScheduledSampling.NONE;
        private Tie tie = Tie.NONE;
        private int sourceVocabularySize;
        private int targetVocabularySize;
        private int padId;
        private int bosId = 1;
        private int eosId = 2;
        private int decoderStartId = -1;

        private Builder() {}

        /**
         * Sets how the decoder uses attention.
         *
         * @param decoder the kind
         * @return this builder
         */
        public Builder optDecoder(DecoderKind decoder) {
            this.decoder = decoder;
            return this;
        }

        /**
         * Sets the cells on both sides.
         *
         * @param cell the kind
         * @return this builder
         */
        public Builder optCell(CellKind cell) {
            this.cell = cell;
            return this;
        }

        /**
         * Sets the mechanism between decoder and source: any that fits a decoder's attention to a
         * source. Most take queries and keys of one size only if decoderSize is that of the
         * annotations, twice encoderSize; dot and multi-head do, general, concat and additive do
         * not care.
         *
         * @param attention the specification
         * @return this builder
         */
        public Builder optAttention(AttentionSpec attention) {
            this.attention = attention;
            return this;
        }

        /**
         * Sets E; 256 unless set.
         *
         * @param embeddingSize at least 1
         * @return this builder
         */
        public Builder optEmbeddingSize(int embeddingSize) {
            this.embeddingSize = embeddingSize;
            return this;
        }

        /**
         * Sets h; 128 unless set.
         *
         * @param encoderSize at least 1
         * @return this builder
         */
        public Builder optEncoderSize(int encoderSize) {
            this.encoderSize = encoderSize;
            return this;
        }

        /**
         * Sets the layers of the encoder; 1 unless set.
         *
         * @param encoderLayers at least 1
         * @return this builder
         */
        public Builder optEncoderLayers(int encoderLayers) {
            this.encoderLayers = encoderLayers;
            return this;
        }

        /**
         * Sets whether the encoder also runs backward; it does unless set.
         *
         * @param bidirectional whether it does
         * @return this builder
         */
        public Builder optBidirectional(boolean bidirectional) {
            this.bidirectional = bidirectional;
            return this;
        }

        /**
         * Sets d; 256 unless set.
         *
         * @param decoderSize at least 1
         * @return this builder
         */
        public Builder optDecoderSize(int decoderSize) {
            this.decoderSize = decoderSize;
            return this;
        }

        /**
         * Sets the layers of Luong's decoder; 1 unless set.
         *
         * @param decoderLayers at least 1
         * @return this builder
         */
        public Builder optDecoderLayers(int decoderLayers) {
            this.decoderLayers = decoderLayers;
            return this;
        }

        /**
         * Sets A, the features of Luong's attentional vector; those of a state unless set.
         *
         * @param attentionalSize at least 1, or 0 for d
         * @return this builder
         */
        public Builder optAttentionalSize(int attentionalSize) {
            this.attentionalSize = attentionalSize;
            return this;
        }

        /**
         * Sets whether Luong's decoder reads the attentional vector of the step before; it does
         * unless set.
         *
         * @param inputFeeding whether it does
         * @return this builder
         */
        public Builder optInputFeeding(boolean inputFeeding) {
            this.inputFeeding = inputFeeding;
            return this;
        }

        /**
         * Sets l, the units of the maxout readout; 128 unless set.
         *
         * @param maxoutSize at least 1
         * @return this builder
         */
        public Builder optMaxoutSize(int maxoutSize) {
            this.maxoutSize = maxoutSize;
            return this;
        }

        /**
         * Sets the heads of mechanisms with heads; 1 unless set.
         *
         * @param heads at least 1
         * @return this builder
         */
        public Builder optHeads(int heads) {
            this.heads = heads;
            return this;
        }

        /**
         * Sets the longest source, for mechanisms with parameters by position; 256 unless set.
         *
         * @param maxLength at least 1
         * @return this builder
         */
        public Builder optMaxLength(int maxLength) {
            this.maxLength = maxLength;
            return this;
        }

        /**
         * Sets dropout; 0.2 unless set.
         *
         * @param dropout in [0, 1)
         * @return this builder
         */
        public Builder optDropout(float dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Sets dropout of attention weights; 0 unless set.
         *
         * @param attentionDropout in [0, 1)
         * @return this builder
         */
        public Builder optAttentionDropout(float attentionDropout) {
            this.attentionDropout = attentionDropout;
            return this;
        }

        /**
         * Sets λ, what looking again costs in training; 0 unless set, 1 in See et al. 2017.
         *
         * @param coverageLoss not negative
         * @return this builder
         */
        public Builder optCoverageLoss(float coverageLoss) {
            this.coverageLoss = coverageLoss;
            return this;
        }

        /**
         * Sets how often the decoder reads its own tokens in training; never unless set.
         *
         * @param scheduledSampling the schedule
         * @return this builder
         */
        public Builder optScheduledSampling(ScheduledSampling scheduledSampling) {
            this.scheduledSampling = scheduledSampling;
            return this;
        }

        /**
         * Sets which embedding matrices are shared; none unless set.
         *
         * @param tie which
         * @return this builder
         */
        public Builder optTie(Tie tie) {
            this.tie = tie;
            return this;
        }

        /**
         * Sets the number of tokens on both sides.
         *
         * @param size at least 1
         * @return this builder
         */
        public Builder setVocabularySize(int size) {
            sourceVocabularySize = size;
            targetVocabularySize = size;
            return this;
        }

        /**
         * Sets the number of source tokens.
         *
         * @param size at least 1
         * @return this builder
         */
        public Builder setSourceVocabularySize(int size) {
            sourceVocabularySize = size;
            return this;
        }

        /**
         * Sets the number of target tokens.
         *
         * @param size at least 1
         * @return this builder
         */
        public Builder setTargetVocabularySize(int size) {
            targetVocabularySize = size;
            return this;
        }

        /**
         * Sets the id that fills short rows; 0 unless set.
         *
         * @param padId a source and target token
         * @return this builder
         */
        public Builder optPadId(int padId) {
            this.padId = padId;
            return this;
        }

        /**
         * Sets the id that begins a sentence; 1 unless set.
         *
         * @param bosId a target token
         * @return this builder
         */
        public Builder optBosId(int bosId) {
            this.bosId = bosId;
            return this;
        }

        /**
         * Sets the id that ends a sentence; 2 unless set.
         *
         * @param eosId a target token
         * @return this builder
         */
        public Builder optEosId(int eosId) {
            this.eosId = eosId;
            return this;
        }

        /**
         * Sets the id that the decoder starts from; the one that begins a sentence unless set.
         *
         * @param decoderStartId a target token
         * @return this builder
         */
        public Builder optDecoderStartId(int decoderStartId) {
            this.decoderStartId = decoderStartId;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException if a value is out of range, or the mechanism cannot
         *     stand between a decoder and its source
         */
        public RecurrentConfig build() {
            return new RecurrentConfig(
                    decoder,
                    cell,
                    attention,
                    embeddingSize,
                    encoderSize,
                    encoderLayers,
                    bidirectional,
                    decoderSize,
                    decoderLayers,
                    attentionalSize,
                    inputFeeding,
                    maxoutSize,
                    heads,
                    maxLength,
                    dropout,
                    attentionDropout,
                    coverageLoss,
                    scheduledSampling,
                    tie,
                    sourceVocabularySize,
                    targetVocabularySize,
                    padId,
                    bosId,
                    eosId,
                    decoderStartId < 0 ? bosId : decoderStartId);
        }
    }
}
