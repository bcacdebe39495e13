package org.attn4j.models.metric;

import java.util.List;
import org.attn4j.models.config.Records;

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

    /** SacreBLEU's defaults: lower case, nothing else changed. */
    public static final Ter DEFAULTS = new Ter(false, false, false, false);

    static final String NAME = "TER";

    /**
     * Returns this with another value of {@code normalized}.
     *
     * @param normalized whether punctuation is split off and entities are undone, as in Tercom
     * @return the changed metric
     */
    public Ter withNormalized(boolean normalized) {
        return Records.with(this, "normalized", normalized);
    }

    /**
     * Returns this with another value of {@code noPunctuation}.
     *
     * @param noPunctuation whether punctuation is removed
     * @return the changed metric
     */
    public Ter withNoPunctuation(boolean noPunctuation) {
        return Records.with(this, "noPunctuation", noPunctuation);
    }

    /**
     * Returns this with another value of {@code asianSupport}.
     *
     * @param asianSupport whether normalization splits ideographs and East Asian punctuation is
     *     removed too; has no effect alone
     * @return the changed metric
     */
    public Ter withAsianSupport(boolean asianSupport) {
        return Records.with(this, "asianSupport", asianSupport);
    }

    /**
     * Returns this with another value of {@code caseSensitive}.
     *
     * @param caseSensitive whether case counts
     * @return the changed metric
     */
    public Ter withCaseSensitive(boolean caseSensitive) {
        return Records.with(this, "caseSensitive", caseSensitive);
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
}
