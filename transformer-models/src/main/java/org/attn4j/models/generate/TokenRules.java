package org.attn4j.models.generate;

import java.util.Arrays;
import java.util.List;

/**
 * What may come next whatever the model says: the forced prefix, forced first and last tokens,
 * suppressed tokens, and the end token not before the minimum length.
 *
 * <p>As in Hugging Face's generation, log-probabilities are not normalised anew over what is left.
 * A forced first or last token costs nothing there, and so it does here; the tokens of a prefix
 * cost what the model gives them, so that a hypothesis scores as the same target given to {@link
 * SequenceScorer} does.
 */
final class TokenRules {

    private final GenerationConfig config;
    private final int[] prefix;
    private final int limit;

    TokenRules(GenerationConfig config, int sourceLength, int[] prefix) {
        this.config = config;
        this.prefix = prefix;
        limit = config.maxLengthFor(sourceLength);
        if (prefix.length >= limit) {
            throw new IllegalArgumentException(
                    "a prefix must be shorter than the targets may be, got "
                            + prefix.length
                            + " tokens for targets of at most "
                            + limit);
        }
    }

    static List<int[]> prefixesFor(List<int[]> sources, List<int[]> prefixes) {
        if (prefixes.isEmpty()) {
            return sources.stream().map(source -> new int[0]).toList();
        }
        if (prefixes.size() != sources.size()) {
            throw new IllegalArgumentException(
                    "there must be a prefix for each source, got "
                            + prefixes.size()
                            + " prefixes for "
                            + sources.size()
                            + " sources");
        }
        return prefixes;
    }

    /** The most tokens a target may have, the end token included. */
    int limit() {
        return limit;
    }

    /**
     * Changes one row of log-probabilities in place: what may not come is −∞.
     *
     * @param values log-probabilities of many rows
     * @param from where the row begins
     * @param vocabularySize length of the row
     * @param length number of tokens decoded so far
     */
    void apply(float[] values, int from, int vocabularySize, int length) {
        if (length < prefix.length) {
            int token = prefix[length];
            checkToken("prefix", token, vocabularySize);
            only(token, values[from + token], values, from, vocabularySize);
        } else if (length == 0 && config.forcedBosId() >= 0) {
            checkToken("forced first", config.forcedBosId(), vocabularySize);
            only(config.forcedBosId(), 0, values, from, vocabularySize);
        } else if (length == limit - 1 && config.forcedEosId() >= 0) {
            checkToken("forced last", config.forcedEosId(), vocabularySize);
            only(config.forcedEosId(), 0, values, from, vocabularySize);
        } else {
            for (int token : config.suppressedIds()) {
                checkToken("suppressed", token, vocabularySize);
                values[from + token] = Float.NEGATIVE_INFINITY;
            }
            if (length < config.minLength()) {
                checkToken("end", config.eosId(), vocabularySize);
                values[from + config.eosId()] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static void only(int token, float value, float[] values, int from, int count) {
        Arrays.fill(values, from, from + count, Float.NEGATIVE_INFINITY);
        values[from + token] = value;
    }

    private static void checkToken(String kind, int token, int vocabularySize) {
        if (token < 0 || token >= vocabularySize) {
            throw new IllegalArgumentException(
                    "a "
                            + kind
                            + " token must be one of the "
                            + vocabularySize
                            + " target tokens, got "
                            + token);
        }
    }
}
