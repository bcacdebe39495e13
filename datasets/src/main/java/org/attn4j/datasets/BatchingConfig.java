package org.attn4j.datasets;

import java.util.Objects;
import org.attn4j.common.Require;

/**
 * How sentence pairs become batches.
 *
 * <p>A batch of B pairs is padded to the longest source S and the longest target T in it, and holds
 * as many pairs as fit {@code B · max(S, T) ≤ tokensPerBatch}: padding counts, and the larger side
 * counts (what fairseq calls max tokens).
 *
 * @param tokensPerBatch the most tokens on the larger side of a batch, padding included
 * @param maxSentences the most pairs in a batch
 * @param maxLength the most tokens in a source or target, the end-of-sentence id included
 * @param overlong what becomes of a pair with a longer side
 * @param keepEmpty whether pairs with an empty side are kept (to evaluate) or skipped (to train)
 * @param shuffle whether pairs and batches are drawn anew in every epoch; otherwise batches go from
 *     short to long, the same in every epoch
 * @param bucketWidth pairs whose lengths, divided by this, are equal share batches: 1 pads least,
 *     more mixes lengths more
 * @param seed the seed of the shuffling
 * @param padId the id that fills rows up
 * @param eosId the id that ends every target (and source, where asked)
 * @param decoderStartId the id that decoder inputs start with
 * @param sourceEos whether sources end with {@code eosId}
 */
public record BatchingConfig(
        int tokensPerBatch,
        int maxSentences,
        int maxLength,
        Overlong overlong,
        boolean keepEmpty,
        boolean shuffle,
        int bucketWidth,
        long seed,
        int padId,
        int eosId,
        int decoderStartId,
        boolean sourceEos) {

    /** What becomes of a pair with a side longer than {@code maxLength}. */
    public enum Overlong {
        /** The pair is left out, and counted. */
        SKIP,
        /** Both sides are cut to the length, the end-of-sentence id kept, and the pair counted. */
        TRUNCATE
    }

    public BatchingConfig {
        Objects.requireNonNull(overlong, "overlong");
        Require.atLeast("maxSentences", maxSentences, 1);
        Require.atLeast("maxLength", maxLength, 2);
        Require.atLeast("bucketWidth", bucketWidth, 1);
        Require.atLeast("padId", padId, 0);
        Require.atLeast("eosId", eosId, 0);
        Require.atLeast("decoderStartId", decoderStartId, 0);
        Require.that(
                tokensPerBatch >= maxLength,
                "tokensPerBatch must be at least maxLength, so that every pair fits a"
                        + " batch, got tokensPerBatch=%s, maxLength=%s",
                tokensPerBatch,
                maxLength);
        Require.that(
                padId != eosId,
                "padId must differ from eosId, or ends would be taken for padding, got"
                        + " %s for both",
                padId);
    }

    /**
     * Returns a builder with the defaults: 4096 tokens, sentences of up to 256 tokens, longer ones
     * skipped, shuffled, seed 1, and the ids pad 0, start 1, end 2 with an end on both sides.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a builder with the values of this configuration.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.tokensPerBatch = tokensPerBatch;
        builder.maxSentences = maxSentences;
        builder.maxLength = maxLength;
        builder.overlong = overlong;
        builder.keepEmpty = keepEmpty;
        builder.shuffle = shuffle;
        builder.bucketWidth = bucketWidth;
        builder.seed = seed;
        builder.padId = padId;
        builder.decoderStartId = decoderStartId;
        builder.eosId = eosId;
        builder.sourceEos = sourceEos;
        return builder;
    }

    /** Builds a {@link BatchingConfig}. */
    public static final class Builder {

        private int tokensPerBatch = 4096;
        private int maxSentences = Integer.MAX_VALUE;
        private int maxLength = 256;
        private Overlong overlong = Overlong.SKIP;
        private boolean keepEmpty;
        private boolean shuffle = true;
        private int bucketWidth = 1;
        private long seed = 1;
        private int padId;
        private int decoderStartId = 1;
        private int eosId = 2;
        private boolean sourceEos = true;

        private Builder() {}

        /**
         * Sets the most tokens on the larger side of a batch.
         *
         * @param tokens the number of tokens, padding included
         * @return this builder
         */
        public Builder optTokensPerBatch(int tokens) {
            this.tokensPerBatch = tokens;
            return this;
        }

        /**
         * Sets the most pairs in a batch.
         *
         * @param sentences the number of pairs
         * @return this builder
         */
        public Builder optMaxSentences(int sentences) {
            this.maxSentences = sentences;
            return this;
        }

        /**
         * Sets the most tokens in a source or target.
         *
         * @param length the number of tokens, the end-of-sentence id included
         * @return this builder
         */
        public Builder optMaxLength(int length) {
            this.maxLength = length;
            return this;
        }

        /**
         * Sets what becomes of longer pairs.
         *
         * @param policy skip or truncate
         * @return this builder
         */
        public Builder optOverlong(Overlong policy) {
            this.overlong = policy;
            return this;
        }

        /**
         * Sets whether pairs with an empty side are kept.
         *
         * @param keep true to keep them
         * @return this builder
         */
        public Builder optKeepEmpty(boolean keep) {
            this.keepEmpty = keep;
            return this;
        }

        /**
         * Sets whether pairs and batches are shuffled.
         *
         * @param shuffled true to shuffle anew in every epoch
         * @return this builder
         */
        public Builder optShuffle(boolean shuffled) {
            this.shuffle = shuffled;
            return this;
        }

        /**
         * Sets the width of the length buckets.
         *
         * @param width the width in tokens
         * @return this builder
         */
        public Builder optBucketWidth(int width) {
            this.bucketWidth = width;
            return this;
        }

        /**
         * Sets the seed of the shuffling.
         *
         * @param value the seed
         * @return this builder
         */
        public Builder optSeed(long value) {
            this.seed = value;
            return this;
        }

        /**
         * Sets the special ids.
         *
         * @param pad the id that fills rows up
         * @param decoderStart the id that decoder inputs start with
         * @param eos the id that ends sentences
         * @return this builder
         */
        public Builder optSpecialIds(int pad, int decoderStart, int eos) {
            this.padId = pad;
            this.decoderStartId = decoderStart;
            this.eosId = eos;
            return this;
        }

        /**
         * Sets whether sources end with the end-of-sentence id.
         *
         * @param ends true to end them so
         * @return this builder
         */
        public Builder optSourceEos(boolean ends) {
            this.sourceEos = ends;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @return the configuration
         */
        public BatchingConfig build() {
            return new BatchingConfig(
                    tokensPerBatch,
                    maxSentences,
                    maxLength,
                    overlong,
                    keepEmpty,
                    shuffle,
                    bucketWidth,
                    seed,
                    padId,
                    eosId,
                    decoderStartId,
                    sourceEos);
        }
    }
}
