package org.attn4j.models.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.attn4j.common.Require;
import org.attn4j.models.config.Records;

/**
 * BLEU (Papineni et al. 2002), as sacreBLEU (Post 2018) defines it: on plain text, with a
 * tokenization of its own.
 *
 * @param tokenizer how lines are split into tokens
 * @param lowercase whether case is ignored
 * @param smoothing what an order without a match counts
 * @param maxOrder the longest n-grams, 4 by convention
 * @param effectiveOrder whether orders longer than every hypothesis are left out, as a score of
 *     single sentences should
 */
public record Bleu(
        ScoringTokenizer tokenizer,
        boolean lowercase,
        BleuSmoothing smoothing,
        int maxOrder,
        boolean effectiveOrder)
        implements CorpusMetric {

    /** SacreBLEU's defaults: 13a tokens of mixed case, exponential smoothing, up to 4-grams. */
    public static final Bleu DEFAULTS =
            new Bleu(BleuTokenizer.V13A, false, BleuSmoothing.exp(), 4, false);

    static final String NAME = "BLEU";

    /** Stands for the logarithm of 0, so that a precision of 0 makes the score 0. */
    private static final double LOG_ZERO = -9_999_999_999.0;

    public Bleu {
        Objects.requireNonNull(tokenizer, "tokenizer");
        Objects.requireNonNull(smoothing, "smoothing");
        Require.that(maxOrder >= 1, "maxOrder must be 1 or more, got maxOrder=%s", maxOrder);
    }

    /**
     * Returns this with another value of {@code tokenizer}.
     *
     * @param tokenizer how lines are split into tokens
     * @return the changed metric
     */
    public Bleu withTokenizer(ScoringTokenizer tokenizer) {
        return Records.with(this, "tokenizer", tokenizer);
    }

    /**
     * Returns this with another value of {@code lowercase}.
     *
     * @param lowercase whether case is ignored
     * @return the changed metric
     */
    public Bleu withLowercase(boolean lowercase) {
        return Records.with(this, "lowercase", lowercase);
    }

    /**
     * Returns this with another value of {@code smoothing}.
     *
     * @param smoothing what an order without a match counts
     * @return the changed metric
     */
    public Bleu withSmoothing(BleuSmoothing smoothing) {
        return Records.with(this, "smoothing", smoothing);
    }

    /**
     * Returns this with another value of {@code maxOrder}.
     *
     * @param maxOrder the longest n-grams, 4 by convention
     * @return the changed metric
     */
    public Bleu withMaxOrder(int maxOrder) {
        return Records.with(this, "maxOrder", maxOrder);
    }

    /**
     * Returns this with another value of {@code effectiveOrder}.
     *
     * @param effectiveOrder whether orders longer than every hypothesis are left out, as a score of
     *     single sentences should
     * @return the changed metric
     */
    public Bleu withEffectiveOrder(boolean effectiveOrder) {
        return Records.with(this, "effectiveOrder", effectiveOrder);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public BleuScore score(List<String> hypotheses, List<List<String>> references) {
        List<Segment> segments = Segment.align(hypotheses, references);
        Statistics corpus = new Statistics(maxOrder);
        segments.forEach(segment -> add(segment, corpus));
        return score(corpus, signature(segments));
    }

    @Override
    public BleuScore scoreSentence(String hypothesis, List<String> references) {
        return (BleuScore) CorpusMetric.super.scoreSentence(hypothesis, references);
    }

    private String signature(List<Segment> segments) {
        return Signature.of(
                segments,
                String.format(
                        "case:%s|eff:%s|tok:%s|smooth:%s",
                        lowercase ? "lc" : "mixed",
                        Signature.yesNo(effectiveOrder),
                        tokenizer.label(),
                        smoothing.label()));
    }

    private List<String> tokens(String line) {
        String text = lowercase ? UnicodeText.lowerCase(line) : line;
        return tokenizer.tokenize(UnicodeText.stripTrailing(text));
    }

    private void add(Segment segment, Statistics corpus) {
        List<String> hypothesis = tokens(segment.hypothesis());
        List<List<String>> references = segment.references().stream().map(this::tokens).toList();
        corpus.hypothesisLength += hypothesis.size();
        corpus.referenceLength += closestLength(hypothesis.size(), references);
        for (int n = 1; n <= maxOrder; n++) {
            int order = n;
            NgramCounts ngrams = NgramCounts.ofWords(hypothesis, order);
            NgramCounts allowed =
                    references.stream()
                            .map(reference -> NgramCounts.ofWords(reference, order))
                            .reduce(NgramCounts::union)
                            .orElseThrow();
            corpus.counts[n - 1] += ngrams.matches(allowed);
            corpus.totals[n - 1] += ngrams.total();
        }
    }

    /** The length nearest to the hypothesis's, the shorter of two as near. */
    private static int closestLength(int length, List<List<String>> references) {
        int closest = references.get(0).size();
        for (List<String> reference : references) {
            int distance = Math.abs(reference.size() - length);
            int best = Math.abs(closest - length);
            if (distance < best || distance == best && reference.size() < closest) {
                closest = reference.size();
            }
        }
        return closest;
    }

    private BleuScore score(Statistics corpus, String signature) {
        double[] precisions = new double[maxOrder];
        double score = 0;
        double penalty = brevityPenalty(corpus.hypothesisLength, corpus.referenceLength);
        if (Arrays.stream(corpus.counts).anyMatch(count -> count > 0)) {
            int orders = smoothedPrecisions(corpus, precisions);
            double logarithms =
                    Arrays.stream(precisions, 0, orders)
                            .map(precision -> precision > 0 ? Math.log(precision) : LOG_ZERO)
                            .sum();
            score = penalty * Math.exp(logarithms / orders);
        }
        return new BleuScore(
                score,
                DoubleStream.of(precisions).boxed().toList(),
                DoubleStream.of(corpus.counts).boxed().toList(),
                DoubleStream.of(corpus.totals).boxed().toList(),
                penalty,
                corpus.hypothesisLength,
                corpus.referenceLength,
                signature);
    }

    private static double brevityPenalty(long hypothesisLength, long referenceLength) {
        if (hypothesisLength >= referenceLength) {
            return 1;
        }
        return hypothesisLength == 0
                ? 0
                : Math.exp(1 - (double) referenceLength / hypothesisLength);
    }

    /** Fills in the precisions and returns the number of orders to average. */
    private int smoothedPrecisions(Statistics corpus, double[] precisions) {
        double halves = 1;
        int orders = 0;
        for (int n = 0; n < maxOrder; n++) {
            if (n > 0 && smoothing.method() == BleuSmoothing.Method.ADD_K) {
                corpus.counts[n] += smoothing.value();
                corpus.totals[n] += smoothing.value();
            }
            if (corpus.totals[n] == 0) {
                break;
            }
            orders = n + 1;
            double count = corpus.counts[n];
            if (count == 0 && smoothing.method() == BleuSmoothing.Method.EXP) {
                halves /= 2;
                count = halves;
            } else if (count == 0 && smoothing.method() == BleuSmoothing.Method.FLOOR) {
                count = smoothing.value();
            }
            precisions[n] = 100 * count / corpus.totals[n];
        }
        return effectiveOrder ? orders : maxOrder;
    }

    /** The sums over the corpus that BLEU is a function of. */
    private static final class Statistics {
        private final double[] counts;
        private final double[] totals;
        private long hypothesisLength;
        private long referenceLength;

        private Statistics(int orders) {
            counts = new double[orders];
            totals = new double[orders];
        }
    }
}
