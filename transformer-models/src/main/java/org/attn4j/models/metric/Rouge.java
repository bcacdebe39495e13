package org.attn4j.models.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;

/**
 * ROUGE (Lin 2004), as Google's {@code rouge_score} 0.1.2 defines it without its stemmer: the
 * F-score of words that a summary shares with its reference. Words are the runs of {@code a-z} and
 * {@code 0-9} in lower case, so that it is a metric of English; the score of a corpus is the mean
 * of its lines, each with the reference that suits it best.
 *
 * @param type what is compared: {@code 1} to {@code 9} for n-grams of that order, {@code L} for the
 *     longest common subsequence, {@code Lsum} for the union of those of each pair of lines
 */
public record Rouge(String type) implements CorpusMetric {

    /** Single words. */
    public static final Rouge ONE = new Rouge("1");

    /** Pairs of words. */
    public static final Rouge TWO = new Rouge("2");

    /** The longest common subsequence. */
    public static final Rouge L = new Rouge("L");

    /** The longest common subsequences of lines, which stand for sentences. */
    public static final Rouge L_SUM = new Rouge("Lsum");

    public Rouge {
        Require.that(
                type.matches("[1-9]|L|Lsum"),
                "type must be 1 to 9, L or Lsum, got type='%s'",
                type);
    }

    @Override
    public String name() {
        return "ROUGE-" + type;
    }

    @Override
    public RougeScore score(List<String> hypotheses, List<List<String>> references) {
        List<Segment> segments = Segment.align(hypotheses, references);
        Share sum = Share.NONE;
        for (Segment segment : segments) {
            sum = sum.plus(bestReference(segment));
        }
        double percent = 100.0 / segments.size();
        return new RougeScore(
                name(),
                percent * sum.fMeasure,
                percent * sum.precision,
                percent * sum.recall,
                Signature.of(segments, "case:lc|stem:no", "rouge_score-0.1.2"));
    }

    @Override
    public RougeScore scoreSentence(String hypothesis, List<String> references) {
        return (RougeScore) CorpusMetric.super.scoreSentence(hypothesis, references);
    }

    private Share bestReference(Segment segment) {
        Share best = null;
        for (String reference : segment.references()) {
            Share share = share(segment.hypothesis(), reference);
            if (best == null || share.fMeasure > best.fMeasure) {
                best = share;
            }
        }
        return best;
    }

    private Share share(String hypothesis, String reference) {
        if (type.equals("Lsum")) {
            return ofLines(lines(hypothesis), lines(reference));
        }
        List<String> written = words(hypothesis);
        List<String> wanted = words(reference);
        if (type.equals("L")) {
            return Share.of(longestCommonLength(written, wanted), written.size(), wanted.size());
        }
        NgramCounts found = NgramCounts.ofWords(written, Integer.parseInt(type));
        NgramCounts expected = NgramCounts.ofWords(wanted, Integer.parseInt(type));
        return Share.of(found.matches(expected), found.total(), expected.total());
    }

    private static List<String> words(String text) {
        String[] words = UnicodeText.lowerCase(text).split("[^a-z0-9]+");
        return Arrays.stream(words).filter(word -> !word.isEmpty()).toList();
    }

    private static List<List<String>> lines(String text) {
        return Arrays.stream(text.split("\n")).map(Rouge::words).toList();
    }

    /** Each word of a reference's line counts once that a line of the hypothesis shares with it. */
    private static Share ofLines(List<List<String>> hypothesis, List<List<String>> reference) {
        Map<String, Integer> left = new HashMap<>(); // what is not yet counted of the hypothesis
        hypothesis.forEach(line -> line.forEach(word -> left.merge(word, 1, Integer::sum)));
        int hits = 0;
        for (List<String> wanted : reference) {
            BitSet shared = new BitSet();
            hypothesis.forEach(line -> shared.or(longestCommon(line, wanted)));
            for (int position : shared.stream().toArray()) {
                if (left.getOrDefault(wanted.get(position), 0) > 0) {
                    left.merge(wanted.get(position), -1, Integer::sum);
                    hits++;
                }
            }
        }
        return Share.of(hits, wordCount(hypothesis), wordCount(reference));
    }

    private static int wordCount(List<List<String>> lines) {
        return lines.stream().mapToInt(List::size).sum();
    }

    private static int longestCommonLength(List<String> written, List<String> wanted) {
        int[] above = new int[written.size() + 1];
        for (String word : wanted) {
            above = nextRow(above, word, written);
        }
        return above[written.size()];
    }

    /** Lengths with one more word of the reference, for each number of words of the hypothesis. */
    private static int[] nextRow(int[] above, String word, List<String> written) {
        int[] row = new int[above.length];
        for (int i = 1; i < row.length; i++) {
            row[i] =
                    word.equals(written.get(i - 1))
                            ? above[i - 1] + 1
                            : Math.max(above[i], row[i - 1]);
        }
        return row;
    }

    /** The positions in {@code wanted} of one of the longest common subsequences. */
    private static BitSet longestCommon(List<String> written, List<String> wanted) {
        List<int[]> lengths = new ArrayList<>(wanted.size() + 1);
        lengths.add(new int[written.size() + 1]);
        wanted.forEach(
                word -> lengths.add(nextRow(lengths.get(lengths.size() - 1), word, written)));
        BitSet positions = new BitSet();
        int i = wanted.size();
        int j = written.size();
        while (i > 0 && j > 0) {
            if (wanted.get(i - 1).equals(written.get(j - 1))) {
                positions.set(i - 1);
                i--;
                j--;
            } else if (lengths.get(i)[j - 1] > lengths.get(i - 1)[j]) {
                j--;
            } else {
                i--;
            }
        }
        return positions;
    }

    /** What two texts share, as shares of one. */
    private record Share(double precision, double recall, double fMeasure) {

        static final Share NONE = new Share(0, 0, 0);

        static Share of(int matches, int written, int wanted) {
            if (matches == 0) {
                return NONE;
            }
            double precision = (double) matches / written;
            double recall = (double) matches / wanted;
            return new Share(precision, recall, 2 * precision * recall / (precision + recall));
        }

        Share plus(Share other) {
            return new Share(
                    precision + other.precision, recall + other.recall, fMeasure + other.fMeasure);
        }
    }
}
