package org.attn4j.models.generate.shortlist;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.common.Require;

/**
 * How probable a target token is as the translation of a source token, for the best of each, and
 * which target tokens are the most frequent.
 */
public final class LexicalTable {

    private final Best frequent;
    private final List<Best> bySource; // null for a token without translations

    private LexicalTable(Best frequent, List<Best> bySource) {
        this.frequent = frequent;
        this.bySource = bySource;
    }

    /**
     * Starts a table.
     *
     * @param frequent how many of the most frequent target tokens are kept
     * @param best how many translations of a source's token are kept
     * @return a builder
     */
    public static Builder builder(int frequent, int best) {
        return new Builder(frequent, best);
    }

    /**
     * Returns how many ids of source tokens there are, some maybe without translations.
     *
     * @return one more than the highest
     */
    public int sources() {
        return bySource.size();
    }

    /**
     * Returns the most frequent target tokens.
     *
     * @return ids, the most frequent first; of equal ones, the lower
     */
    public int[] frequent() {
        return frequent.tokens();
    }

    /**
     * Returns the frequencies of the most frequent target tokens.
     *
     * @return the share of each of {@link #frequent}
     */
    public float[] frequencies() {
        return frequent.probabilities();
    }

    /**
     * Returns the translations of a token.
     *
     * @param source id of the source's token
     * @return ids of target tokens, the best first; of equal ones, the lower
     */
    public int[] translations(int source) {
        Best best = bySource.get(source);
        return best == null ? new int[0] : best.tokens();
    }

    /**
     * Returns how probable the translations of a token are.
     *
     * @param source id of the source's token
     * @return the probability of each of {@link #translations}
     */
    public float[] probabilities(int source) {
        Best best = bySource.get(source);
        return best == null ? new float[0] : best.probabilities();
    }

    /** Builds a {@link LexicalTable}, and holds no more of it than will be kept. */
    public static final class Builder {

        private final int best;
        private final Best frequent;
        private final List<Best> bySource = new ArrayList<>();

        private Builder(int frequent, int best) {
            this.best = best;
            this.frequent = new Best(frequent);
        }

        /**
         * Adds the frequency of a target token.
         *
         * @param target the token's id
         * @param share its share of all tokens
         * @return this builder
         */
        public Builder addFrequency(int target, double share) {
            frequent.add(target, share);
            return this;
        }

        /**
         * Adds a translation.
         *
         * @param source the id of a source's token
         * @param target the id of a target token
         * @param probability from 0 to 1; what is 0 is left out
         * @return this builder
         */
        public Builder add(int source, int target, double probability) {
            while (bySource.size() <= source) {
                bySource.add(null);
            }
            if (bySource.get(source) == null) {
                bySource.set(source, new Best(best));
            }
            bySource.get(source).add(target, probability);
            return this;
        }

        /**
         * Builds the table.
         *
         * @return the table
         */
        public LexicalTable build() {
            frequent.cut();
            bySource.stream().filter(it -> it != null).forEach(Best::cut);
            return new LexicalTable(frequent, new ArrayList<>(bySource));
        }
    }

    /** The most probable of some tokens, as numbers whose order is that of the tokens. */
    private static final class Best {

        private static final int FIRST = 8;

        private final int most;
        private long[] entries = new long[FIRST];
        private int size;

        Best(int most) {
            this.most = most;
        }

        void add(int token, double probability) {
            float value = (float) probability;
            Require.that(
                    probability >= 0 && probability <= 1,
                    "probability must be a number from 0 to 1, got %s",
                    probability);
            if (value == 0) {
                return;
            }
            if (size == entries.length) {
                if (size >= 2 * most) {
                    cut();
                }
                if (size == entries.length) {
                    entries = Arrays.copyOf(entries, 2 * size);
                }
            }
            entries[size++] =
                    (long) (Integer.MAX_VALUE - Float.floatToIntBits(value)) << 32 | token;
        }

        void cut() {
            Arrays.sort(entries, 0, size);
            size = Math.min(size, most);
        }

        int[] tokens() {
            return Arrays.stream(entries, 0, size).mapToInt(entry -> (int) entry).toArray();
        }

        float[] probabilities() {
            float[] probabilities = new float[size];
            for (int i = 0; i < size; i++) {
                int bits = Integer.MAX_VALUE - (int) (entries[i] >> 32);
                probabilities[i] = Float.intBitsToFloat(bits);
            }
            return probabilities;
        }
    }
}
