package org.attn4j.models.generate;

/**
 * How the next token is drawn instead of taking the most probable. What is drawn follows from the
 * seed, the text that is gone on from and the scores, on every engine: the same prompt with the
 * same seed gives the same, whatever stands beside it.
 *
 * @param temperature what scores are divided by, above 0
 * @param topK how many of the most probable tokens are kept, 0 for all
 * @param topP to what the probabilities of the tokens that are kept add up, 1 for all
 * @param minP what share of the greatest probability a token must have, 0 for none
 * @param topH what share of the entropy is kept, 0 to keep all tokens
 * @param typicalP to what the probabilities of the most typical tokens add up, 1 for all
 * @param epsilonCutoff what probability a token must have, 0 for any
 * @param etaCutoff what probability a token must have where the distribution is flat, 0 for any
 * @param seed by which what is drawn can be repeated, null for one that nobody knows
 */
public record Sampling(
        double temperature,
        int topK,
        double topP,
        double minP,
        double topH,
        double typicalP,
        double epsilonCutoff,
        double etaCutoff,
        Long seed) {

    /** {@inheritDoc} */
    public Sampling {
        require(
                temperature > 0 && Double.isFinite(temperature),
                "temperature must be a number above 0 (greedy search takes the most probable token),"
                        + " got "
                        + temperature);
        require(topK >= 0, "top_k must not be negative, got " + topK);
        require(topP >= 0 && topP <= 1, "top_p must be between 0 and 1, got " + topP);
        require(minP >= 0 && minP <= 1, "min_p must be between 0 and 1, got " + minP);
        require(topH >= 0 && topH <= 1, "top_h must be between 0 and 1, got " + topH);
        require(
                typicalP > 0 && typicalP <= 1,
                "typical_p must be above 0 and at most 1, got " + typicalP);
        require(
                epsilonCutoff >= 0 && epsilonCutoff < 1,
                "epsilon_cutoff must be at least 0 and below 1, got " + epsilonCutoff);
        require(
                etaCutoff >= 0 && etaCutoff < 1,
                "eta_cutoff must be at least 0 and below 1, got " + etaCutoff);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    /**
     * Starts from settings that change nothing.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link Sampling}. */
    public static final class Builder {

        private double temperature = 1;
        private int topK = 0;
        private double topP = 1;
        private double minP = 0;
        private double topH = 0;
        private double typicalP = 1;
        private double epsilonCutoff = 0;
        private double etaCutoff = 0;
        private Long seed;

        Builder() {}

        /**
         * Sets what scores are divided by, above 0.
         *
         * @param temperature the value
         * @return this builder
         */
        public Builder optTemperature(double temperature) {
            this.temperature = temperature;
            return this;
        }

        /**
         * Sets how many of the most probable tokens are kept, 0 for all.
         *
         * @param topK the value
         * @return this builder
         */
        public Builder optTopK(int topK) {
            this.topK = topK;
            return this;
        }

        /**
         * Sets to what the probabilities of the tokens that are kept add up, 1 for all.
         *
         * @param topP the value
         * @return this builder
         */
        public Builder optTopP(double topP) {
            this.topP = topP;
            return this;
        }

        /**
         * Sets what share of the greatest probability a token must have, 0 for none.
         *
         * @param minP the value
         * @return this builder
         */
        public Builder optMinP(double minP) {
            this.minP = minP;
            return this;
        }

        /**
         * Sets what share of the entropy is kept, 0 to keep all tokens.
         *
         * @param topH the value
         * @return this builder
         */
        public Builder optTopH(double topH) {
            this.topH = topH;
            return this;
        }

        /**
         * Sets to what the probabilities of the most typical tokens add up, 1 for all.
         *
         * @param typicalP the value
         * @return this builder
         */
        public Builder optTypicalP(double typicalP) {
            this.typicalP = typicalP;
            return this;
        }

        /**
         * Sets what probability a token must have, 0 for any.
         *
         * @param epsilonCutoff the value
         * @return this builder
         */
        public Builder optEpsilonCutoff(double epsilonCutoff) {
            this.epsilonCutoff = epsilonCutoff;
            return this;
        }

        /**
         * Sets what probability a token must have where the distribution is flat, 0 for any.
         *
         * @param etaCutoff the value
         * @return this builder
         */
        public Builder optEtaCutoff(double etaCutoff) {
            this.etaCutoff = etaCutoff;
            return this;
        }

        /**
         * Sets by which what is drawn can be repeated, null for one that nobody knows.
         *
         * @param seed the value
         * @return this builder
         */
        public Builder optSeed(Long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @return the settings
         * @throws IllegalArgumentException if a value does not hold its rule
         */
        public Sampling build() {
            return new Sampling(
                    temperature, topK, topP, minP, topH, typicalP, epsilonCutoff, etaCutoff, seed);
        }
    }
}
