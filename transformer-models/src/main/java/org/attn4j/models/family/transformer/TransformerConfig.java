package org.attn4j.models.family.transformer;

import com.google.gson.JsonObject;
import java.util.Objects;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.Tie;

/**
 * The hyperparameters of a {@link TransformerModel}, as its {@code config.json} holds them.
 *
 * <p>{@link #builder()} starts from the base model of Vaswani et al. 2017, table 3; {@link #of} and
 * {@link #json} read and write the file.
 *
 * @param modelSize D, the width of every layer's input and output
 * @param encoderLayers number of encoder layers
 * @param decoderLayers number of decoder layers
 * @param encoderHeads attention heads of an encoder layer
 * @param decoderHeads attention heads of a decoder layer
 * @param encoderFeedForwardSize inner size of the encoder's feed-forward blocks
 * @param decoderFeedForwardSize inner size of the decoder's feed-forward blocks
 * @param dropout dropout of embeddings and of each sublayer's output
 * @param attentionDropout dropout of attention weights
 * @param activationDropout dropout inside the feed-forward block, after its activation
 * @param activation the feed-forward block's activation
 * @param normOrder whether norms stand before or after a sublayer
 * @param finalNorm whether a norm follows the last layer of each stack
 * @param layerNormEpsilon what layer norms add to the variance
 * @param attention which attention mechanism stands where
 * @param positions how the model knows where a token stands
 * @param sinusoidLayout order of the sinusoidal table's columns
 * @param firstPosition number of the first token's position in the sinusoidal table
 * @param maxLength the longest sequence; binding where positions are learned
 * @param scaleEmbedding whether token embeddings are multiplied by the square root of D
 * @param tie which embedding matrices are shared
 * @param outputBias whether the output projection has a bias
 * @param sourceVocabularySize number of source tokens
 * @param targetVocabularySize number of target tokens, V
 * @param padId id that fills short rows, never seen as a key
 * @param bosId id that begins a sentence
 * @param eosId id that ends a sentence
 * @param decoderStartId id that the decoder starts from
 * @param sourceEos whether a source sentence ends with {@code eosId}
 * @param prunedHeads the attention heads that the model is without
 */
public record TransformerConfig(
        int modelSize,
        int encoderLayers,
        int decoderLayers,
        int encoderHeads,
        int decoderHeads,
        int encoderFeedForwardSize,
        int decoderFeedForwardSize,
        float dropout,
        float attentionDropout,
        float activationDropout,
        Activation activation,
        NormOrder normOrder,
        boolean finalNorm,
        double layerNormEpsilon,
        TransformerAttention attention,
        PositionKind positions,
        SinusoidLayout sinusoidLayout,
        int firstPosition,
        int maxLength,
        boolean scaleEmbedding,
        Tie tie,
        boolean outputBias,
        int sourceVocabularySize,
        int targetVocabularySize,
        int padId,
        int bosId,
        int eosId,
        int decoderStartId,
        boolean sourceEos,
        PrunedHeads prunedHeads) {

    public TransformerConfig {
        requirePositive("modelSize", modelSize);
        requirePositive("encoderLayers", encoderLayers);
        requirePositive("decoderLayers", decoderLayers);
        requireHeads("encoderHeads", encoderHeads, modelSize);
        requireHeads("decoderHeads", decoderHeads, modelSize);
        requirePositive("encoderFeedForwardSize", encoderFeedForwardSize);
        requirePositive("decoderFeedForwardSize", decoderFeedForwardSize);
        Require.rate("dropout", dropout);
        Require.rate("attentionDropout", attentionDropout);
        Require.rate("activationDropout", activationDropout);
        Objects.requireNonNull(activation, "activation");
        Objects.requireNonNull(normOrder, "normOrder");
        Objects.requireNonNull(attention, "attention");
        Objects.requireNonNull(positions, "positions");
        Objects.requireNonNull(sinusoidLayout, "sinusoidLayout");
        Objects.requireNonNull(tie, "tie");
        Require.that(
                layerNormEpsilon > 0 && layerNormEpsilon < 1,
                "layerNormEpsilon must lie between 0 and 1, got %s",
                layerNormEpsilon);
        Require.that(
                positions != PositionKind.SINUSOIDAL || modelSize % 2 == 0,
                "sinusoidal positions need an even modelSize, got modelSize=%s",
                modelSize);
        Require.that(
                positions != PositionKind.SINUSOIDAL
                        || sinusoidLayout != SinusoidLayout.TENSOR2TENSOR
                        || modelSize >= 4,
                "the tensor2tensor sinusoids need modelSize >= 4, got modelSize=%s",
                modelSize);
        Require.that(
                firstPosition >= 0, "firstPosition must not be negative, got %s", firstPosition);
        requirePositive("maxLength", maxLength);
        requirePositive("sourceVocabularySize", sourceVocabularySize);
        requirePositive("targetVocabularySize", targetVocabularySize);
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
        Require.that(
                !sourceEos || eosId < sourceVocabularySize,
                "eosId must be a source token too when sources end with it, got"
                        + " eosId=%s, sourceVocabularySize=%s",
                eosId,
                sourceVocabularySize);
        prunedHeads.requireWithin(encoderLayers, encoderHeads, decoderLayers, decoderHeads);
    }

    /**
     * Starts from the base model of Vaswani et al. 2017: D=512, 6+6 layers, 8 heads, inner size
     * 2048, dropout 0.1, post-norm, sinusoidal positions, one matrix for all embeddings.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads a configuration.
     *
     * @param reader of its {@code config.json}
     * @return the configuration
     * @throws IllegalArgumentException if a vocabulary size is missing, or a value does not fit
     */
    public static TransformerConfig of(ConfigReader reader) {
        return TransformerCodec.read(reader);
    }

    /**
     * Writes the configuration.
     *
     * @return the content of its {@code config.json}
     */
    public JsonObject json() {
        return TransformerCodec.write(this);
    }

    /**
     * Starts from this configuration.
     *
     * @return a builder that holds the values of this one
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    private static void requirePositive(String name, int value) {
        Require.that(value > 0, "%s must be positive, got %s", name, value);
    }

    private static void requireId(String name, int id, int vocabularySize) {
        Require.that(
                id >= 0 && id < vocabularySize,
                "%s must be a token of the vocabulary of %s, got %s",
                name,
                vocabularySize,
                id);
    }

    private static void requireHeads(String name, int heads, int modelSize) {
        requirePositive(name, heads);
        Require.that(
                modelSize % heads == 0,
                "modelSize must be divisible by %s, got modelSize=%s, %s=%s",
                name,
                modelSize,
                name,
                heads);
    }

    /** Builds a {@link TransformerConfig}; only the vocabulary sizes have no default. */
    public static final class Builder {

        private int modelSize = 512;
        private int encoderLayers = 6;
        private int decoderLayers = 6;
        private int encoderHeads = 8;
        private int decoderHeads = 8;
        private int encoderFeedForwardSize = 2048;
        private int decoderFeedForwardSize = 2048;
        private float dropout = 0.1f;
        private float attentionDropout;
        private float activationDropout;
        private Activation activation = Activation.RELU;
        private NormOrder normOrder = NormOrder.POST;
        private Boolean finalNorm;
        private double layerNormEpsilon = 1e-5;
        private TransformerAttention attention = TransformerAttention.multiHead();
        private PositionKind positions = PositionKind.SINUSOIDAL;
        private SinusoidLayout sinusoidLayout = SinusoidLayout.INTERLEAVED;
        private int firstPosition;
        private int maxLength = 1024;
        private boolean scaleEmbedding = true;
        private Tie tie;
        private boolean outputBias;
        private int sourceVocabularySize;
        private int targetVocabularySize;
        private int padId;
        private int bosId = 1;
        private int eosId = 2;
        private int decoderStartId = 1;
        private boolean sourceEos = true;
        private PrunedHeads prunedHeads = PrunedHeads.NONE;

        Builder() {}

        Builder(TransformerConfig config) {
            modelSize = config.modelSize;
            encoderLayers = config.encoderLayers;
            decoderLayers = config.decoderLayers;
            encoderHeads = config.encoderHeads;
            decoderHeads = config.decoderHeads;
            encoderFeedForwardSize = config.encoderFeedForwardSize;
            decoderFeedForwardSize = config.decoderFeedForwardSize;
            dropout = config.dropout;
            attentionDropout = config.attentionDropout;
            activationDropout = config.activationDropout;
            activation = config.activation;
            normOrder = config.normOrder;
            finalNorm = config.finalNorm;
            layerNormEpsilon = config.layerNormEpsilon;
            attention = config.attention;
            positions = config.positions;
            sinusoidLayout = config.sinusoidLayout;
            firstPosition = config.firstPosition;
            maxLength = config.maxLength;
            scaleEmbedding = config.scaleEmbedding;
            tie = config.tie;
            outputBias = config.outputBias;
            sourceVocabularySize = config.sourceVocabularySize;
            targetVocabularySize = config.targetVocabularySize;
            padId = config.padId;
            bosId = config.bosId;
            eosId = config.eosId;
            decoderStartId = config.decoderStartId;
            sourceEos = config.sourceEos;
            prunedHeads = config.prunedHeads;
        }

        /**
         * Sets D, the width of every layer's input and output.
         *
         * @param modelSize the value
         * @return this builder
         */
        public Builder optModelSize(int modelSize) {
            this.modelSize = modelSize;
            return this;
        }

        /**
         * Sets the number of encoder layers.
         *
         * @param encoderLayers the value
         * @return this builder
         */
        public Builder optEncoderLayers(int encoderLayers) {
            this.encoderLayers = encoderLayers;
            return this;
        }

        /**
         * Sets the number of decoder layers.
         *
         * @param decoderLayers the value
         * @return this builder
         */
        public Builder optDecoderLayers(int decoderLayers) {
            this.decoderLayers = decoderLayers;
            return this;
        }

        /**
         * Sets the attention heads of an encoder layer.
         *
         * @param encoderHeads the value
         * @return this builder
         */
        public Builder optEncoderHeads(int encoderHeads) {
            this.encoderHeads = encoderHeads;
            return this;
        }

        /**
         * Sets the attention heads of a decoder layer.
         *
         * @param decoderHeads the value
         * @return this builder
         */
        public Builder optDecoderHeads(int decoderHeads) {
            this.decoderHeads = decoderHeads;
            return this;
        }

        /**
         * Sets the inner size of the encoder's feed-forward blocks.
         *
         * @param encoderFeedForwardSize the value
         * @return this builder
         */
        public Builder optEncoderFeedForwardSize(int encoderFeedForwardSize) {
            this.encoderFeedForwardSize = encoderFeedForwardSize;
            return this;
        }

        /**
         * Sets the inner size of the decoder's feed-forward blocks.
         *
         * @param decoderFeedForwardSize the value
         * @return this builder
         */
        public Builder optDecoderFeedForwardSize(int decoderFeedForwardSize) {
            this.decoderFeedForwardSize = decoderFeedForwardSize;
            return this;
        }

        /**
         * Sets the dropout of embeddings and of each sublayer's output.
         *
         * @param dropout the value
         * @return this builder
         */
        public Builder optDropout(float dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Sets the dropout of attention weights.
         *
         * @param attentionDropout the value
         * @return this builder
         */
        public Builder optAttentionDropout(float attentionDropout) {
            this.attentionDropout = attentionDropout;
            return this;
        }

        /**
         * Sets the dropout inside the feed-forward block, after its activation.
         *
         * @param activationDropout the value
         * @return this builder
         */
        public Builder optActivationDropout(float activationDropout) {
            this.activationDropout = activationDropout;
            return this;
        }

        /**
         * Sets the feed-forward block's activation.
         *
         * @param activation the value
         * @return this builder
         */
        public Builder optActivation(Activation activation) {
            this.activation = activation;
            return this;
        }

        /**
         * Sets whether norms stand before or after a sublayer.
         *
         * @param normOrder the value
         * @return this builder
         */
        public Builder optNormOrder(NormOrder normOrder) {
            this.normOrder = normOrder;
            return this;
        }

        /**
         * Sets whether a norm follows the last layer of each stack.
         *
         * @param finalNorm the value
         * @return this builder
         */
        public Builder optFinalNorm(boolean finalNorm) {
            this.finalNorm = finalNorm;
            return this;
        }

        /**
         * Sets what layer norms add to the variance.
         *
         * @param layerNormEpsilon the value
         * @return this builder
         */
        public Builder optLayerNormEpsilon(double layerNormEpsilon) {
            this.layerNormEpsilon = layerNormEpsilon;
            return this;
        }

        /**
         * Sets which attention mechanism stands where; multi-head attention everywhere unless set.
         *
         * @param attention the value
         * @return this builder
         */
        public Builder optAttention(TransformerAttention attention) {
            this.attention = attention;
            return this;
        }

        /**
         * Sets how the model knows where a token stands.
         *
         * @param positions the value
         * @return this builder
         */
        public Builder optPositions(PositionKind positions) {
            this.positions = positions;
            return this;
        }

        /**
         * Sets the order of the sinusoidal table's columns.
         *
         * @param sinusoidLayout the value
         * @return this builder
         */
        public Builder optSinusoidLayout(SinusoidLayout sinusoidLayout) {
            this.sinusoidLayout = sinusoidLayout;
            return this;
        }

        /**
         * Sets the number of the first token's position in the sinusoidal table.
         *
         * @param firstPosition the value
         * @return this builder
         */
        public Builder optFirstPosition(int firstPosition) {
            this.firstPosition = firstPosition;
            return this;
        }

        /**
         * Sets the longest sequence; binding where positions are learned.
         *
         * @param maxLength the value
         * @return this builder
         */
        public Builder optMaxLength(int maxLength) {
            this.maxLength = maxLength;
            return this;
        }

        /**
         * Sets whether token embeddings are multiplied by the square root of D.
         *
         * @param scaleEmbedding the value
         * @return this builder
         */
        public Builder optScaleEmbedding(boolean scaleEmbedding) {
            this.scaleEmbedding = scaleEmbedding;
            return this;
        }

        /**
         * Sets which embedding matrices are shared.
         *
         * @param tie the value
         * @return this builder
         */
        public Builder optTie(Tie tie) {
            this.tie = tie;
            return this;
        }

        /**
         * Sets whether the output projection has a bias.
         *
         * @param outputBias the value
         * @return this builder
         */
        public Builder optOutputBias(boolean outputBias) {
            this.outputBias = outputBias;
            return this;
        }

        /**
         * Sets the number of source tokens.
         *
         * @param sourceVocabularySize the value
         * @return this builder
         */
        public Builder setSourceVocabularySize(int sourceVocabularySize) {
            this.sourceVocabularySize = sourceVocabularySize;
            return this;
        }

        /**
         * Sets the number of target tokens, V.
         *
         * @param targetVocabularySize the value
         * @return this builder
         */
        public Builder setTargetVocabularySize(int targetVocabularySize) {
            this.targetVocabularySize = targetVocabularySize;
            return this;
        }

        /**
         * Sets the id that fills short rows, never seen as a key.
         *
         * @param padId the value
         * @return this builder
         */
        public Builder optPadId(int padId) {
            this.padId = padId;
            return this;
        }

        /**
         * Sets the id that begins a sentence.
         *
         * @param bosId the value
         * @return this builder
         */
        public Builder optBosId(int bosId) {
            this.bosId = bosId;
            return this;
        }

        /**
         * Sets the id that ends a sentence.
         *
         * @param eosId the value
         * @return this builder
         */
        public Builder optEosId(int eosId) {
            this.eosId = eosId;
            return this;
        }

        /**
         * Sets the id that the decoder starts from.
         *
         * @param decoderStartId the value
         * @return this builder
         */
        public Builder optDecoderStartId(int decoderStartId) {
            this.decoderStartId = decoderStartId;
            return this;
        }

        /**
         * Sets whether a source sentence ends with {@code eosId}.
         *
         * @param sourceEos the value
         * @return this builder
         */
        public Builder optSourceEos(boolean sourceEos) {
            this.sourceEos = sourceEos;
            return this;
        }

        /**
         * Sets the number of layers of both stacks.
         *
         * @param layers the value
         * @return this builder
         */
        public Builder optLayers(int layers) {
            encoderLayers = layers;
            decoderLayers = layers;
            return this;
        }

        /**
         * Sets the attention heads of both stacks.
         *
         * @param heads the value
         * @return this builder
         */
        public Builder optHeads(int heads) {
            encoderHeads = heads;
            decoderHeads = heads;
            return this;
        }

        /**
         * Sets the inner size of both stacks' feed-forward blocks.
         *
         * @param feedForwardSize the value
         * @return this builder
         */
        public Builder optFeedForwardSize(int feedForwardSize) {
            encoderFeedForwardSize = feedForwardSize;
            decoderFeedForwardSize = feedForwardSize;
            return this;
        }

        /**
         * Sets the size of the one vocabulary of both sides.
         *
         * @param vocabularySize the value
         * @return this builder
         */
        public Builder setVocabularySize(int vocabularySize) {
            sourceVocabularySize = vocabularySize;
            targetVocabularySize = vocabularySize;
            return this;
        }

        /**
         * Sets the attention heads that the model is without.
         *
         * @param prunedHeads the value
         * @return this builder
         */
        public Builder optPrunedHeads(PrunedHeads prunedHeads) {
            this.prunedHeads = prunedHeads;
            return this;
        }

        /**
         * Builds the configuration. What was left open follows from the rest: a final norm stands
         * after pre-norm stacks, and all embeddings are tied if both sides have one vocabulary
         * size, else the decoder's two.
         *
         * @return the configuration
         * @throws IllegalArgumentException if the values do not fit each other
         */
        public TransformerConfig build() {
            return new TransformerConfig(
                    modelSize,
                    encoderLayers,
                    decoderLayers,
                    encoderHeads,
                    decoderHeads,
                    encoderFeedForwardSize,
                    decoderFeedForwardSize,
                    dropout,
                    attentionDropout,
                    activationDropout,
                    activation,
                    normOrder,
                    finalNorm != null ? finalNorm : normOrder == NormOrder.PRE,
                    layerNormEpsilon,
                    attention,
                    positions,
                    sinusoidLayout,
                    firstPosition,
                    maxLength,
                    scaleEmbedding,
                    tie != null ? tie : defaultTie(),
                    outputBias,
                    sourceVocabularySize,
                    targetVocabularySize,
                    padId,
                    bosId,
                    eosId,
                    decoderStartId,
                    sourceEos,
                    prunedHeads);
        }

        private Tie defaultTie() {
            return sourceVocabularySize == targetVocabularySize ? Tie.ALL : Tie.DECODER;
        }
    }
}
