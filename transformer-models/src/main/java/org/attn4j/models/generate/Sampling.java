package org.attn4j.models.generate;

import org.attn4j.common.Require;
import org.attn4j.models.config.Records;

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

    /** Draws from the probabilities as they are, by a seed that nobody knows. */
    public static final Sampling DEFAULTS = new Sampling(1, 0, 1, 0, 0, 1, 0, 0, null);

    public Sampling {
        Require.that(
                temperature > 0 && Double.isFinite(temperature),
                "temperature must be a number above 0 (greedy search takes the most probable token), got %s",
                temperature);
        Require.that(topK >= 0, "top_k must not be negative, got %s", topK);
        Require.that(topP >= 0 && topP <= 1, "top_p must be between 0 and 1, got %s", topP);
        Require.that(minP >= 0 && minP <= 1, "min_p must be between 0 and 1, got %s", minP);
        Require.that(topH >= 0 && topH <= 1, "top_h must be between 0 and 1, got %s", topH);
        Require.that(
                typicalP > 0 && typicalP <= 1,
                "typical_p must be above 0 and at most 1, got %s",
                typicalP);
        Require.that(
                epsilonCutoff >= 0 && epsilonCutoff < 1,
                "epsilon_cutoff must be at least 0 and below 1, got %s",
                epsilonCutoff);
        Require.that(
                etaCutoff >= 0 && etaCutoff < 1,
                "eta_cutoff must be at least 0 and below 1, got %s",
                etaCutoff);
    }

    /**
     * Returns this with another value for what scores are divided by.
     *
     * @param temperature above 0
     * @return the changed settings
     */
    public Sampling withTemperature(double temperature) {
        return Records.with(this, "temperature", temperature);
    }

    /**
     * Returns this with another value for what is kept of the most probable tokens.
     *
     * @param topK how many, 0 for all
     * @return the changed settings
     */
    public Sampling withTopK(int topK) {
        return Records.with(this, "topK", topK);
    }

    /**
     * Returns this with another value for what the probabilities of the tokens that are kept add up
     * to.
     *
     * @param topP 1 for all
     * @return the changed settings
     */
    public Sampling withTopP(double topP) {
        return Records.with(this, "topP", topP);
    }

    /**
     * Returns this with another value for what share of the greatest probability a token must have.
     *
     * @param minP 0 for none
     * @return the changed settings
     */
    public Sampling withMinP(double minP) {
        return Records.with(this, "minP", minP);
    }

    /**
     * Returns this with another value for what share of the entropy is kept.
     *
     * @param topH 0 to keep all tokens
     * @return the changed settings
     */
    public Sampling withTopH(double topH) {
        return Records.with(this, "topH", topH);
    }

    /**
     * Returns this with another value for what the probabilities of the most typical tokens add up
     * to.
     *
     * @param typicalP 1 for all
     * @return the changed settings
     */
    public Sampling withTypicalP(double typicalP) {
        return Records.with(this, "typicalP", typicalP);
    }

    /**
     * Returns this with another value for what probability a token must have.
     *
     * @param epsilonCutoff 0 for any
     * @return the changed settings
     */
    public Sampling withEpsilonCutoff(double epsilonCutoff) {
        return Records.with(this, "epsilonCutoff", epsilonCutoff);
    }

    /**
     * Returns this with another value for what probability a token must have where the distribution
     * is flat.
     *
     * @param etaCutoff 0 for any
     * @return the changed settings
     */
    public Sampling withEtaCutoff(double etaCutoff) {
        return Records.with(this, "etaCutoff", etaCutoff);
    }

    /**
     * Returns this with another value for what is drawn.
     *
     * @param seed null for a seed that nobody knows
     * @return the changed settings
     */
    public Sampling withSeed(Long seed) {
        return Records.with(this, "seed", seed);
    }
}
