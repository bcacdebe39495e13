package org.attn4j.models.generate;

import java.util.List;
import java.util.Objects;
import org.attn4j.common.Require;
import org.attn4j.models.config.Records;

/**
 * How target sequences are searched for, as {@code generation_config.json} holds it.
 *
 * <p>Lengths count the tokens of a target without the start token; the end token counts toward the
 * maximum, as in Hugging Face's {@code max_new_tokens}.
 *
 * @param beams number of hypotheses kept for each source; 1 is greedy search, or plain sampling
 * @param nBest number of hypotheses returned for each source, at most {@code beams} unless they are
 *     sampled one by one
 * @param alpha strength of the length penalty
 * @param lengthPenalty the formula by which scores are normalised
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
        double alpha,
        LengthPenalty lengthPenalty,
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

    /**
     * A search with 5 beams, ranked by the mean log-probability, that ends when no better
     * hypothesis is in sight: five that finish sooner may all be worse than a longer one. Targets
     * have at most 256 tokens and at most twice the source's length plus 32.
     */
    public static final GenerationConfig DEFAULTS =
            new GenerationConfig(
                    5,
                    1,
                    1,
                    LengthPenalty.POWER,
                    EarlyStopping.HEURISTIC,
                    0,
                    256,
                    2,
                    32,
                    List.of(),
                    -1,
                    List.of(),
                    TokenRules.NONE,
                    null,
                    CacheKind.GROWING,
                    0,
                    List.of(2),
                    1);

    public GenerationConfig {
        Objects.requireNonNull(lengthPenalty, "lengthPenalty");
        Objects.requireNonNull(earlyStopping, "earlyStopping");
        Objects.requireNonNull(rules, "rules");
        Objects.requireNonNull(cache, "cache");
        suppressedIds = List.copyOf(suppressedIds);
        forcedEosIds = List.copyOf(forcedEosIds);
        eosIds = List.copyOf(eosIds);
        Require.that(
                beams >= 1 && beams <= MOST_BEAMS,
                "beams must be at least 1 and at most %s, got %s",
                MOST_BEAMS,
                beams);
        Require.that(
                nBest >= 1 && (nBest <= beams || beams == 1 && sampling != null),
                "nBest must be at least 1 and at most beams, got nBest=%s, beams=%s",
                nBest,
                beams);
        Require.that(
                nBest <= MOST_SEQUENCES, "nBest must be at most %s, got %s", MOST_SEQUENCES, nBest);
        Require.that(Double.isFinite(alpha), "alpha must be a finite number, got %s", alpha);
        Require.that(minLength >= 0, "minLength must not be negative, got %s", minLength);
        Require.that(
                maxLength >= 1 && minLength < maxLength,
                "maxLength must be at least 1 and more than minLength, got maxLength=%s, minLength=%s",
                maxLength,
                minLength);
        Require.that(
                maxLength <= MOST_TOKENS,
                "maxLength must be at most %s, got %s",
                MOST_TOKENS,
                maxLength);
        Require.that(
                maxLengthFactor >= 0 && Double.isFinite(maxLengthFactor),
                "maxLengthFactor must be a number of at least 0, got %s",
                maxLengthFactor);
        Require.that(
                maxLengthFactor == 0 || maxLengthOffset >= 1,
                "maxLengthOffset must be at least 1, got %s",
                maxLengthOffset);
        Require.that(padId >= 0, "padId must not be negative, got %s", padId);
        Require.that(
                eosIds.stream().allMatch(id -> id >= 0),
                "eosIds must not be negative, got %s",
                eosIds);
        Require.that(
                decoderStartId >= 0, "decoderStartId must not be negative, got %s", decoderStartId);
        Require.that(forcedBosId >= -1, "forcedBosId must be a token or -1, got %s", forcedBosId);
        Require.that(
                forcedEosIds.stream().allMatch(id -> id >= 0),
                "forcedEosIds must not be negative, got %s",
                forcedEosIds);
    }

    /**
     * Returns this with another number of hypotheses.
     *
     * @param beams 1 for greedy search
     * @return the changed configuration
     */
    public GenerationConfig withBeams(int beams) {
        return Records.with(this, "beams", beams);
    }

    /**
     * Returns this with other numbers of hypotheses.
     *
     * @param beams those that are kept for each source
     * @param nBest those that are returned, at most as many
     * @return the changed configuration
     */
    public GenerationConfig withBeams(int beams, int nBest) {
        return Records.with(this, "beams", beams, "nBest", nBest);
    }

    /**
     * Returns this with another number of hypotheses that are returned.
     *
     * @param nBest the number for each source
     * @return the changed configuration
     */
    public GenerationConfig withNBest(int nBest) {
        return Records.with(this, "nBest", nBest);
    }

    /**
     * Returns this with another length penalty.
     *
     * @param lengthPenalty the formula
     * @param alpha its strength
     * @return the changed configuration
     */
    public GenerationConfig withLengthPenalty(LengthPenalty lengthPenalty, double alpha) {
        return Records.with(this, "lengthPenalty", lengthPenalty, "alpha", alpha);
    }

    /**
     * Returns this with another end of the search.
     *
     * @param earlyStopping when a source is done
     * @return the changed configuration
     */
    public GenerationConfig withEarlyStopping(EarlyStopping earlyStopping) {
        return Records.with(this, "earlyStopping", earlyStopping);
    }

    /**
     * Returns this with another greatest length.
     *
     * @param maxLength the most tokens of a target, the end token included
     * @return the changed configuration
     */
    public GenerationConfig withMaxLength(int maxLength) {
        return Records.with(this, "maxLength", maxLength);
    }

    /**
     * Returns this with other lengths.
     *
     * @param minLength the tokens before the end token may come
     * @param maxLength the most tokens of a target, the end token included
     * @return the changed configuration
     */
    public GenerationConfig withLengths(int minLength, int maxLength) {
        return Records.with(this, "minLength", minLength, "maxLength", maxLength);
    }

    /**
     * Returns this with another limit that follows from the source: {@code factor} · S + {@code
     * offset} tokens.
     *
     * @param factor 0 for no such limit
     * @param offset at least 1
     * @return the changed configuration
     */
    public GenerationConfig withRelativeLength(double factor, int offset) {
        return Records.with(this, "maxLengthFactor", factor, "maxLengthOffset", offset);
    }

    /**
     * Returns this with other tokens that are never generated.
     *
     * @param suppressedIds the tokens
     * @return the changed configuration
     */
    public GenerationConfig withSuppressed(List<Integer> suppressedIds) {
        return Records.with(this, "suppressedIds", suppressedIds);
    }

    /**
     * Returns this with other forced tokens.
     *
     * @param forcedBosId the token that every target begins with, or −1
     * @param forcedEosIds the tokens of which one ends a target of the maximum length
     * @return the changed configuration
     */
    public GenerationConfig withForced(int forcedBosId, List<Integer> forcedEosIds) {
        return Records.with(this, "forcedBosId", forcedBosId, "forcedEosIds", forcedEosIds);
    }

    /**
     * Returns this with other penalties and bans.
     *
     * @param rules the rules
     * @return the changed configuration
     */
    public GenerationConfig withRules(TokenRules rules) {
        return Records.with(this, "rules", rules);
    }

    /**
     * Returns this with another way to draw tokens.
     *
     * @param sampling the way; null to take the most probable ones
     * @return the changed configuration
     */
    public GenerationConfig withSampling(Sampling sampling) {
        return Records.with(this, "sampling", sampling);
    }

    /**
     * Returns this with another cache.
     *
     * @param cache how keys and values are kept
     * @return the changed configuration
     */
    public GenerationConfig withCache(CacheKind cache) {
        return Records.with(this, "cache", cache);
    }

    /**
     * Returns this with other special tokens.
     *
     * @param padId fills up short source rows
     * @param eosIds each ends a target
     * @param decoderStartId the decoder starts from it
     * @return the changed configuration
     */
    public GenerationConfig withTokens(int padId, List<Integer> eosIds, int decoderStartId) {
        return Records.with(
                this, "padId", padId, "eosIds", eosIds, "decoderStartId", decoderStartId);
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
}
