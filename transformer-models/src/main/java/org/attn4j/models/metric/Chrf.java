package org.attn4j.models.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.models.config.Records;

/**
 * chrF (Popović 2015) and chrF++ (Popović 2017), as sacreBLEU defines them: the F-score of
 * character n-grams, in chrF++ of word n-grams too.
 *
 * @param charOrder the longest character n-grams, 6 by convention
 * @param wordOrder the longest word n-grams: 0 in chrF, 2 in chrF++
 * @param beta how many times as much recall counts as precision
 * @param lowercase whether case is ignored
 * @param whitespace whether white space counts as characters
 * @param epsSmoothing whether orders without n-grams count as almost 0, as in chrF++.py, Moses and
 *     NLTK, and F-scores are averaged rather than precision and recall; else such orders are left
 *     out
 */
public record Chrf(
        int charOrder,
        int wordOrder,
        int beta,
        boolean lowercase,
        boolean whitespace,
        boolean epsSmoothing)
        implements CorpusMetric {

    /** SacreBLEU's defaults: n-grams of up to 6 characters, none of words, beta 2. */
    public static final Chrf DEFAULTS = new Chrf(6, 0, 2, false, false, false);

    private static final double EPSILON = 1e-16;
    private static final String ASCII_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    public Chrf {
        if (charOrder < 0 || wordOrder < 0 || charOrder + wordOrder < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            "charOrder and wordOrder must be 0 or more and not both 0, got"
                                    + " charOrder=%s, wordOrder=%s",
                            charOrder, wordOrder));
        }
        Require.that(beta >= 0, "beta must be 0 or more, got beta=%s", beta);
    }

    /**
     * Returns this with other orders.
     *
     * @param charOrder the longest character n-grams, 6 by convention
     * @param wordOrder the longest word n-grams, 0 for chrF and 2 for chrF++
     * @return the changed metric
     */
    public Chrf withOrders(int charOrder, int wordOrder) {
        return Records.with(this, "charOrder", charOrder, "wordOrder", wordOrder);
    }

    /**
     * Returns this with another value of {@code beta}.
     *
     * @param beta how many times as much recall counts as precision
     * @return the changed metric
     */
    public Chrf withBeta(int beta) {
        return Records.with(this, "beta", beta);
    }

    /**
     * Returns this with another value of {@code lowercase}.
     *
     * @param lowercase whether case is ignored
     * @return the changed metric
     */
    public Chrf withLowercase(boolean lowercase) {
        return Records.with(this, "lowercase", lowercase);
    }

    /**
     * Returns this with another value of {@code whitespace}.
     *
     * @param whitespace whether white space counts as characters
     * @return the changed metric
     */
    public Chrf withWhitespace(boolean whitespace) {
        return Records.with(this, "whitespace", whitespace);
    }

    /**
     * Returns this with another value of {@code epsSmoothing}.
     *
     * @param epsSmoothing whether orders without n-grams count as almost 0, as in chrF++.py, Moses
     *     and NLTK, and F-scores are averaged rather than precision and recall; else such orders
     *     are left out
     * @return the changed metric
     */
    public Chrf withEpsSmoothing(boolean epsSmoothing) {
        return Records.with(this, "epsSmoothing", epsSmoothing);
    }

    /**
     * chrF++ with its usual settings: characters up to order 6, words up to order 2, beta 2.
     *
     * @return the metric
     */
    public static Chrf plusPlus() {
        return DEFAULTS.withOrders(6, 2);
    }

    @Override
    public String name() {
        return "chrF" + beta + "+".repeat(wordOrder);
    }

    @Override
    public ChrfScore score(List<String> hypotheses, List<List<String>> references) {
        List<Segment> segments = Segment.align(hypotheses, references);
        List<OrderCounts> corpus = new ArrayList<>();
        for (Segment segment : segments) {
            List<OrderCounts> best = bestReference(segment);
            corpus = corpus.isEmpty() ? best : sum(corpus, best);
        }
        return new ChrfScore(name(), fScore(corpus), signature(segments));
    }

    @Override
    public ChrfScore scoreSentence(String hypothesis, List<String> references) {
        return (ChrfScore) CorpusMetric.super.scoreSentence(hypothesis, references);
    }

    private String signature(List<Segment> segments) {
        return Signature.of(
                segments,
                String.format(
                        "case:%s|eff:%s|nc:%s|nw:%s|space:%s",
                        lowercase ? "lc" : "mixed",
                        Signature.yesNo(!epsSmoothing),
                        charOrder,
                        wordOrder,
                        Signature.yesNo(whitespace)));
    }

    /**
     * The counts against the reference that gives this line the best score, the first of equals.
     */
    private List<OrderCounts> bestReference(Segment segment) {
        List<NgramCounts> hypothesis = ngrams(segment.hypothesis());
        List<OrderCounts> best = List.of();
        double bestScore = -1;
        for (String text : segment.references()) {
            List<NgramCounts> reference = ngrams(text);
            List<OrderCounts> counts =
                    IntStream.range(0, hypothesis.size())
                            .mapToObj(i -> OrderCounts.of(hypothesis.get(i), reference.get(i)))
                            .toList();
            double score = fScore(counts);
            if (score > bestScore) {
                bestScore = score;
                best = counts;
            }
        }
        return best;
    }

    private static List<OrderCounts> sum(List<OrderCounts> a, List<OrderCounts> b) {
        return IntStream.range(0, a.size()).mapToObj(i -> a.get(i).plus(b.get(i))).toList();
    }

    private List<NgramCounts> ngrams(String line) {
        String text = lowercase ? UnicodeText.lowerCase(line) : line;
        int[] characters =
                text.codePoints().filter(c -> whitespace || !UnicodeText.isSpace(c)).toArray();
        List<NgramCounts> ngrams = new ArrayList<>(charOrder + wordOrder);
        for (int n = 1; n <= charOrder; n++) {
            ngrams.add(NgramCounts.ofCharacters(characters, n));
        }
        List<String> words = wordOrder > 0 ? wordsAndPunctuation(text) : List.of();
        for (int n = 1; n <= wordOrder; n++) {
            ngrams.add(NgramCounts.ofWords(words, n));
        }
        return ngrams;
    }

    /** Words, with one punctuation mark taken off the end or else off the start. */
    private static List<String> wordsAndPunctuation(String text) {
        List<String> tokens = new ArrayList<>();
        for (String word : UnicodeText.words(text)) {
            int last = word.length() - 1;
            if (last > 0 && isPunctuation(word.charAt(last))) {
                tokens.add(word.substring(0, last));
                tokens.add(word.substring(last));
            } else if (last > 0 && isPunctuation(word.charAt(0))) {
                tokens.add(word.substring(0, 1));
                tokens.add(word.substring(1));
            } else {
                tokens.add(word);
            }
        }
        return tokens;
    }

    private static boolean isPunctuation(char c) {
        return ASCII_PUNCTUATION.indexOf(c) >= 0;
    }

    private double fScore(List<OrderCounts> orders) {
        return epsSmoothing ? averageFScore(orders) : fScoreOfAverages(orders);
    }

    private double averageFScore(List<OrderCounts> orders) {
        return 100
                * orders.stream()
                        .mapToDouble(order -> fScore(order.precision(), order.recall(), EPSILON))
                        .sum()
                / orders.size();
    }

    private double fScoreOfAverages(List<OrderCounts> orders) {
        double precision = 0;
        double recall = 0;
        int counted = 0;
        for (OrderCounts order : orders) {
            if (order.hypothesis > 0 && order.reference > 0) {
                precision += order.precision();
                recall += order.recall();
                counted++;
            }
        }
        return counted == 0 ? 0 : 100 * fScore(precision / counted, recall / counted, 0);
    }

    private double fScore(double precision, double recall, double undefined) {
        double factor = (double) beta * beta;
        double divisor = factor * precision + recall;
        return divisor > 0 ? (1 + factor) * precision * recall / divisor : undefined;
    }

    /** How many n-grams of one order there are, and how many match. */
    private record OrderCounts(long hypothesis, long reference, long matches) {

        static OrderCounts of(NgramCounts hypothesis, NgramCounts reference) {
            return new OrderCounts(
                    reference.total() == 0 ? 0 : hypothesis.total(),
                    reference.total(),
                    hypothesis.matches(reference));
        }

        OrderCounts plus(OrderCounts other) {
            return new OrderCounts(
                    hypothesis + other.hypothesis,
                    reference + other.reference,
                    matches + other.matches);
        }

        double precision() {
            return hypothesis > 0 ? (double) matches / hypothesis : EPSILON;
        }

        double recall() {
            return reference > 0 ? (double) matches / reference : EPSILON;
        }
    }
}
