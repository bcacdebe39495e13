package org.attn4j.models.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * How often each class was taken for each: the results of a classification in which every example
 * has one class.
 */
public final class ConfusionMatrix {

    private final List<String> labels;
    private final long[][] counts; // of each right class, how often each class was chosen

    /**
     * Counts.
     *
     * @param labels the classes
     * @param right the index of each example's class
     * @param chosen the index of the class that was chosen for it
     * @throws IllegalArgumentException if there is no example, the lengths differ or an index is
     *     that of no class
     */
    public ConfusionMatrix(List<String> labels, int[] right, int[] chosen) {
        Require.that(
                right.length == chosen.length && right.length > 0,
                "every example has a class and a choice, and there is one at least, got %s and %s",
                right.length,
                chosen.length);
        this.labels = List.copyOf(labels);
        counts = new long[labels.size()][labels.size()];
        for (int i = 0; i < right.length; i++) {
            int wanted = right[i];
            int given = chosen[i];
            Require.that(
                    Math.min(wanted, given) >= 0 && Math.max(wanted, given) < counts.length,
                    "a class must be one of %s, got right=%s, chosen=%s",
                    counts.length,
                    wanted,
                    given);
            counts[wanted][given]++;
        }
    }

    /**
     * Returns the classes.
     *
     * @return their names
     */
    public List<String> labels() {
        return labels;
    }

    /**
     * Returns the counts.
     *
     * @return of each right class, how often each class was chosen
     */
    public List<List<Long>> counts() {
        return Arrays.stream(counts).map(row -> Arrays.stream(row).boxed().toList()).toList();
    }

    /**
     * Returns how many examples there are.
     *
     * @return the number
     */
    public long examples() {
        return IntStream.range(0, counts.length).mapToLong(this::there).sum();
    }

    /**
     * Returns the share of examples whose class was chosen.
     *
     * @return the accuracy, 0 to 1
     */
    public double accuracy() {
        return (double) correct() / examples();
    }

    /**
     * Returns the figures of a class. Those of the second of two classes are what is called binary
     * F1.
     *
     * @param label the index of the class
     * @return its precision and recall
     */
    public PrecisionRecall of(int label) {
        return new PrecisionRecall(counts[label][label], found(label), there(label));
    }

    /**
     * Returns the figures of all classes.
     *
     * @return precision and recall of each
     */
    public List<PrecisionRecall> classes() {
        return IntStream.range(0, counts.length).mapToObj(this::of).toList();
    }

    /**
     * Returns Matthews' correlation of the right and the chosen classes, for any number of classes
     * (Gorodkin 2004, R<sub>K</sub>), as scikit-learn computes it.
     *
     * @return the coefficient, in [-1, 1]; 0 where all examples have one class or were given one
     */
    public double matthews() {
        double examples = examples();
        double together = correct() * examples;
        double foundSquares = examples * examples;
        double thereSquares = examples * examples;
        for (int label = 0; label < counts.length; label++) {
            together -= (double) found(label) * there(label);
            foundSquares -= (double) found(label) * found(label);
            thereSquares -= (double) there(label) * there(label);
        }
        double product = foundSquares * thereSquares;
        return product == 0 ? 0 : together / Math.sqrt(product);
    }

    private long correct() {
        return IntStream.range(0, counts.length).mapToLong(label -> counts[label][label]).sum();
    }

    private long there(int label) {
        return Arrays.stream(counts[label]).sum();
    }

    private long found(int label) {
        return Arrays.stream(counts).mapToLong(row -> row[label]).sum();
    }

    /**
     * Returns the matrix for people: a row for each right class, a column for each chosen one.
     *
     * @return the lines of the table
     */
    public List<String> table() {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("right \\ chosen"));
        head.addAll(labels);
        rows.add(head);
        for (int label = 0; label < counts.length; label++) {
            List<String> row = new ArrayList<>(List.of(labels.get(label)));
            Arrays.stream(counts[label]).mapToObj(Long::toString).forEach(row::add);
            rows.add(row);
        }
        int[] widths =
                IntStream.range(0, head.size())
                        .map(
                                column ->
                                        rows.stream()
                                                .mapToInt(row -> row.get(column).length())
                                                .max()
                                                .orElseThrow())
                        .toArray();
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - row.get(i).length());
            line.append(i == 0 ? row.get(0) + padding : "  " + padding + row.get(i));
        }
        return line.toString();
    }
}
