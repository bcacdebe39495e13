package org.attn4j.models.generate;

import java.util.List;
import java.util.Objects;

/**
 * How target sequences are searched for, as {@code generation_config.json} holds it.
 *
 * <p>Lengths count the tokens of a target without the start token; the end token counts toward the
 * maximum, as in Hugging Face's {@code max_new_tokens}.
 *
 * @param beams number of hypotheses kept for each source; 1 is greedy search, or plain sampling
 * @param nBest number of hypotheses returned for each source, at most {@code beams} unless they are
 *     sampled one by one
 * @param lengthPenalty the formula by which scores are normalised
 * @param alpha strength of the length penalty
 * @param earlyStopping when a source is done
 * @param minLength number of tokens before the end token may come
 * @param maxLength the most tokens a target may have, the end token included
 * @param maxLengthFactor a source of S tokens limits the target to factor · S + offset tokens; 0
 *     for no such limit
 * @param maxLengthOffset the offset of that limit
 * @param suppressedIds tokens that are never generated
 * @param forcedBosId the token every target begins with, or −1
 * @param forcedEosIds the tokens of which one is forced at the maximum length; empty for none
 * @param rules penalties and bans beside those
 * @param sampling how tokens are drawn; null to take the most probable ones
 * @param cache how keys and values are kept
 * @param padId id that fills up short source rows
 * @param eosIds ids of which each ends a target; empty if only the length does
 * @param decoderStartId id that the decoder starts from
 */
public record GenerationConfig(
        int beams,
        int nBest,
        LengthPenalty lengthPenalty,
        double alpha,
        EarlyStopping earlyStopping,
        int minLength,
        int maxLength,
        double maxLengthFactor,
        int maxLengthOffset,
        List<Integer> suppressedIds,
        int forcedBosId,
        List<Integer> forcedEosIds,
        TokenRules rules,
        Sampling sampling,
        CacheKind cache,
        int padId,
        List<Integer> eosIds,
        int decoderStartId) {

    /** The most beams: each costs as much as a text of its own. */
    public static final int MOST_BEAMS = 4096;

    /** The most hypotheses of a source. */
    public static final int MOST_SEQUENCES = 1 << 16;

    /** The most tokens that a target may be given. */
    public static final int MOST_TOKENS = 1 << 24;

    /** {@inheritDoc} */
    public GenerationConfig {
        Objects.requireNonNull(lengthPenalty, "lengthPenalty");
        Objects.requireNonNull(earlyStopping, "earlyStopping");
        Objects.requireNonNull(rules, "rules");
        Objects.requireNonNull(cache, "cache");
        suppressedIds = List.copyOf(suppressedIds);
        forcedEosIds = List.copyOf(forcedEosIds);
        eosIds = List.copyOf(eosIds);
        require(
                beams >= 1 && beams <= MOST_BEAMS,
                "beams must be at least 1 and at most " + MOST_BEAMS + ", got " + beams);
        require(
                nBest >= 1 && (nBest <= beams || beams == 1 && sampling != null),
                "nBest must be at least 1 and at most beams, got nBest="
                        + nBest
                        + ", beams="
                        + beams);
        require(
                nBest <= MOST_SEQUENCES,
                "nBest must be at most " + MOST_SEQUENCES + ", got " + nBest);
        require(Double.isFinite(alpha), "alpha must be a finite number, got " + alpha);
        require(minLength >= 0, "minLength must not be negative, got " + minLength);
        require(
                maxLength >= 1 && minLength < maxLength,
                "maxLength must be at least 1 and more than minLength, got maxLength="
                        + maxLength
                        + ", minLength="
                        + minLength);
        require(
                maxLength <= MOST_TOKENS,
                "maxLength must be at most " + MOST_TOKENS + ", got " + maxLength);
        require(
                maxLengthFactor >= 0 && Double.isFinite(maxLengthFactor),
                "maxLengthFactor must be a number of at least 0, got " + maxLengthFactor);
        require(
                maxLengthFactor == 0 || maxLengthOffset >= 1,
                "maxLengthOffset must be at least 1, got " + maxLengthOffset);
        require(padId >= 0, "padId must not be negative, got " + padId);
        require(
                eosIds.stream().allMatch(id -> id >= 0),
                "eosIds must not be negative, got " + eosIds);
        require(decoderStartId >= 0, "decoderStartId must not be negative, got " + decoderStartId);
        require(forcedBosId >= -1, "forcedBosId must be a token or -1, got " + forcedBosId);
        require(
                forcedEosIds.stream().allMatch(id -> id >= 0),
                "forcedEosIds must not be negative, got " + forcedEosIds);
    }

    /**
     * Starts from a search with 5 beams, ranked by the mean log-probability, that ends with the
     * fifth finished hypothesis; targets have at most 256 tokens and at most twice the source's
     * length plus 32.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts from this configuration.
     *
     * @return a builder that holds the values of this one
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * Returns the id that ends a target.
     *
     * @return the first of {@code eosIds}, or −1 if there is none
     */
    public int eosId() {
        return eosIds.isEmpty() ? -1 : eosIds.get(0);
    }

    /**
     * Returns the length limit for the targets of a source.
     *
     * @param sourceLength number of source tokens, S
     * @return the most tokens a target may have, the end token included
     */
    public int maxLengthFor(int sourceLength) {
        if (maxLengthFactor == 0) {
            return maxLength;
        }
        double relative = Math.floor(maxLengthFactor * sourceLength) + maxLengthOffset;
        return (int) Math.max(minLength + 1.0, Math.min(maxLength, relative));
    }

    /**
     * Returns the score by which a hypothesis is ranked.
     *
     * @param logProbability the sum over its tokens
     * @param length number of its tokens, the end token included
     * @return the normalised score
     */
    public double score(double logProbability, int length) {
        return logProbability / lengthPenalty.divisor(length, alpha);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    /** Builds a {@link GenerationConfig}. */
    public static final class Builder {

        private int beams = 5;
        private int nBest = 1;
        private LengthPenalty lengthPenalty = LengthPenalty.POWER;
        private double alpha = 1;
        private EarlyStopping earlyStopping = EarlyStopping.ALWAYS;
        private int minLength;
        private int maxLength = 256;
        private double maxLengthFactor = 2;
        private int maxLengthOffset = 32;
        private List<Integer> suppressedIds = List.of();
        private int forcedBosId = -1;
        private List<Integer> forcedEosIds = List.of();
        private TokenRules rules = TokenRules.NONE;
        private Sampling sampling;
        private CacheKind cache = CacheKind.GROWING;
        private int padId;
        private List<Integer> eosIds = List.of(2);
        private int decoderStartId = 1;

        Builder() {}

        Builder(GenerationConfig config) {
            beams = config.beams;
            nBest = config.nBest;
            lengthPenalty = config.lengthPenalty;
            alpha = config.alpha;
            earlyStopping = config.earlyStopping;
            minLength = config.minLength;
            maxLength = config.maxLength;
            maxLengthFactor = config.maxLengthFactor;
            maxLengthOffset = config.maxLengthOffset;
            suppressedIds = config.suppressedIds;
            forcedBosId = config.forcedBosId;
            forcedEosIds = config.forcedEosIds;
            rules = config.rules;
            sampling = config.sampling;
            cache = config.cache;
            padId = config.padId;
            eosIds = config.eosIds;
            decoderStartId = config.decoderStartId;
        }

        /**
         * Sets the number of hypotheses kept for each source; 1 is greedy search.
         *
         * @param beams the value
         * @return this builder
         */
        public Builder optBeams(int beams) {
            this.beams = beams;
            return this;
        }

        /**
         * Sets the number of hypotheses returned for each source, at most {@code beams}.
         *
         * @param nBest the value
         * @return this builder
         */
        public Builder optNBest(int nBest) {
            this.nBest = nBest;
            return this;
        }

        /**
         * Sets the formula by which scores are normalised.
         *
         * @param lengthPenalty the value
         * @return this builder
         */
        public Builder optLengthPenalty(LengthPenalty lengthPenalty) {
            this.lengthPenalty = lengthPenalty;
            return this;
        }

        /**
         * Sets the strength of the length penalty.
         *
         * @param alpha the value
         * @return this builder
         */
        public Builder optAlpha(double alpha) {
            this.alpha = alpha;
            return this;
        }

        /**
         * Sets when a source is done.
         *
         * @param earlyStopping the value
         * @return this builder
         */
        public Builder optEarlyStopping(EarlyStopping earlyStopping) {
            this.earlyStopping = earlyStopping;
            return this;
        }

        /**
         * Sets the number of tokens before the end token may come.
         *
         * @param minLength the value
         * @return this builder
         */
        public Builder optMinLength(int minLength) {
            this.minLength = minLength;
            return this;
        }

        /**
         * Sets the most tokens a target may have, the end token included.
         *
         * @param maxLength the value
         * @return this builder
         */
        public Builder optMaxLength(int maxLength) {
            this.maxLength = maxLength;
            return this;
        }

        /**
         * Sets the factor by which a source's length limits the target's; 0 for no such limit.
         *
         * @param maxLengthFactor the value
         * @return this builder
         */
        public Builder optMaxLengthFactor(double maxLengthFactor) {
            this.maxLengthFactor = maxLengthFactor;
            return this;
        }

        /**
         * Sets what is added to that multiple of the source's length.
         *
         * @param maxLengthOffset the value
         * @return this builder
         */
        public Builder optMaxLengthOffset(int maxLengthOffset) {
            this.maxLengthOffset = maxLengthOffset;
            return this;
        }

        /**
         * Sets the tokens that are never generated.
         *
         * @param suppressedIds the value
         * @return this builder
         */
        public Builder optSuppressedIds(List<Integer> suppressedIds) {
            this.suppressedIds = suppressedIds;
            return this;
        }

        /**
         * Sets the token every target begins with, or −1.
         *
         * @param forcedBosId the value
         * @return this builder
         */
        public Builder optForcedBosId(int forcedBosId) {
            this.forcedBosId = forcedBosId;
            return this;
        }

        /**
         * Sets the token forced at the maximum length, or −1.
         *
         * @param forcedEosId the value
         * @return this builder
         */
        public Builder optForcedEosId(int forcedEosId) {
            return optForcedEosIds(forcedEosId < 0 ? List.of() : List.of(forcedEosId));
        }

        /**
         * Sets the tokens of which one is forced at the maximum length.
         *
         * @param forcedEosIds the value, empty for none
         * @return this builder
         */
        public Builder optForcedEosIds(List<Integer> forcedEosIds) {
            this.forcedEosIds = forcedEosIds;
            return this;
        }

        /**
         * Sets penalties and bans.
         *
         * @param rules the value
         * @return this builder
         */
        public Builder optRules(TokenRules rules) {
            this.rules = rules;
            return this;
        }

        /**
         * Sets how tokens are drawn.
         *
         * @param sampling the value, or null to take the most probable tokens
         * @return this builder
         */
        public Builder optSampling(Sampling sampling) {
            this.sampling = sampling;
            return this;
        }

        /**
         * Sets how keys and values are kept.
         *
         * @param cache the value
         * @return this builder
         */
        public Builder optCache(CacheKind cache) {
            this.cache = cache;
            return this;
        }

        /**
         * Sets the id that fills up short source rows.
         *
         * @param padId the value
         * @return this builder
         */
        public Builder optPadId(int padId) {
            this.padId = padId;
            return this;
        }

        /**
         * Sets the id that ends a target.
         *
         * @param eosId the value
         * @return this builder
         */
        public Builder optEosId(int eosId) {
            return optEosIds(List.of(eosId));
        }

        /**
         * Sets the ids of which each ends a target.
         *
         * @param eosIds the value, empty if only the length ends a target
         * @return this builder
         */
        public Builder optEosIds(List<Integer> eosIds) {
            this.eosIds = eosIds;
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
         * Builds the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException if a value does not hold its rule
         */
        public GenerationConfig build() {
            return new GenerationConfig(
                    beams,
                    nBest,
                    lengthPenalty,
                    alpha,
                    earlyStopping,
                    minLength,
                    maxLength,
                    maxLengthFactor,
                    maxLengthOffset,
                    suppressedIds,
                    forcedBosId,
                    forcedEosIds,
                    rules,
                    sampling,
                    cache,
                    padId,
                    eosIds,
                    decoderStartId);
        }
    }
}
