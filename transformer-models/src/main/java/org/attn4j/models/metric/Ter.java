package org.attn4j.models.metric;

import java.util.List;

/**
 * Translation edit rate (Snover et al. 2006), as sacreBLEU defines it after Tercom: insertions,
 * deletions, substitutions and shifts of phrases, for each word of reference.
 *
 * @param normalized whether punctuation is split off and entities are undone, as in Tercom
 * @param noPunctuation whether punctuation is removed
 * @param asianSupport whether normalization splits ideographs and East Asian punctuation is removed
 *     too; has no effect alone
 * @param caseSensitive whether case counts
 */
public record Ter(
        boolean normalized, boolean noPunctuation, boolean asianSupport, boolean caseSensitive)
        implements CorpusMetric {

    static final String NAME = "TER";

    /**
     * Starts from sacreBLEU's defaults: lower case, nothing normalized.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean higherIsBetter() {
        return false;
    }

    @Override
    public TerScore score(List<String> hypotheses, List<List<String>> references) {
        List<Segment> segments = Segment.align(hypotheses, references);
        long edits = 0;
        double length = 0;
        for (Segment segment : segments) {
            List<String> hypothesis = tokens(segment.hypothesis());
            List<List<String>> choices = segment.references().stream().map(this::tokens).toList();
            edits +=
                    choices.stream()
                            .mapToLong(choice -> TercomEdits.count(hypothesis, choice))
                            .min()
                            .orElseThrow();
            length += choices.stream().mapToInt(List::size).average().orElseThrow();
        }
        return new TerScore(rate(edits, length), edits, length, signature(segments));
    }

    @Override
    public TerScore scoreSentence(String hypothesis, List<String> references) {
        return (TerScore) CorpusMetric.super.scoreSentence(hypothesis, references);
    }

    private static double rate(long edits, double length) {
        if (length > 0) {
            return 100 * (edits / length);
        }
        return edits > 0 ? 100 : 0;
    }

    private String signature(List<Segment> segments) {
        return Signature.of(
                segments,
                String.format(
                        "case:%s|tok:tercom|norm:%s|punct:%s|asian:%s",
                        caseSensitive ? "mixed" : "lc",
                        Signature.yesNo(normalized),
                        Signature.yesNo(!noPunctuation),
                        Signature.yesNo(asianSupport)));
    }

    List<String> tokens(String line) {
        String text = UnicodeText.stripTrailing(line);
        if (!caseSensitive) {
            text = UnicodeText.lowerCase(text);
        }
        if (normalized) {
            text = Tokenization.tercom(text);
        }
        if (normalized && asianSupport) {
            text = Tokenization.tercomAsian(text);
        }
        if (noPunctuation) {
            text = Tokenization.withoutPunctuation(text);
        }
        if (noPunctuation && asianSupport) {
            text = Tokenization.withoutAsianPunctuation(text);
        }
        return UnicodeText.words(text);
    }

    /** Builds a {@link Ter}. */
    public static final class Builder {

        private boolean normalized;
        private boolean noPunctuation;
        private boolean asianSupport;
        private boolean caseSensitive;

        private Builder() {}

        /**
         * Sets whether lines are normalized.
         *
         * @param normalized true to split punctuation off and undo entities, by default false
         * @return this builder
         */
        public Builder optNormalized(boolean normalized) {
            this.normalized = normalized;
            return this;
        }

        /**
         * Sets whether punctuation is removed.
         *
         * @param noPunctuation true to remove it, by default false
         * @return this builder
         */
        public Builder optNoPunctuation(boolean noPunctuation) {
            this.noPunctuation = noPunctuation;
            return this;
        }

        /**
         * Sets whether normalization and removal treat East Asian characters too.
         *
         * @param asianSupport true to treat them, by default false
         * @return this builder
         */
        public Builder optAsianSupport(boolean asianSupport) {
            this.asianSupport = asianSupport;
            return this;
        }

        /**
         * Sets whether case counts.
         *
         * @param caseSensitive true to keep case, by default false
         * @return this builder
         */
        public Builder optCaseSensitive(boolean caseSensitive) {
            this.caseSensitive = caseSensitive;
            return this;
        }

        /**
         * Builds the metric.
         *
         * @return the metric
         */
        public Ter build() {
            return new Ter(normalized, noPunctuation, asianSupport, caseSensitive);
        }
    }
}
