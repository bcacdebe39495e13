package org.attn4j.cli.report;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.attn4j.common.Require;

/** A part of a page: what it shows, as data. */
public sealed interface Section {

    /** Its heading; empty for none. */
    String title();

    /**
     * Names and values.
     *
     * @param facts in their order
     */
    record Facts(String title, Map<String, String> facts) implements Section {}

    /**
     * Charts of curves.
     *
     * @param note what the reader has to know of them; empty for nothing
     * @param charts those without a line are left out
     */
    record Curves(String title, String note, List<LineChart> charts) implements Section {}

    /**
     * Rows of text: samples, or what was found for a query.
     *
     * @param note what the reader has to know of them; empty for nothing
     * @param head the names of the columns
     * @param rows a cell for each column
     * @param marked the rows that are not as they should be, from 0
     */
    record Table(
            String title,
            String note,
            List<String> head,
            List<List<String>> rows,
            Set<Integer> marked)
            implements Section {

        public Table {
            for (List<String> row : rows) {
                Require.that(
                        row.size() == head.size(),
                        "a row must have a cell for each of the columns %s, got %s",
                        head,
                        row);
            }
        }

        /** A table without a note or marks. */
        public static Table of(String title, List<String> head, List<List<String>> rows) {
            return new Table(title, "", head, rows, Set.of());
        }
    }

    /**
     * How often which class was taken for which.
     *
     * @param labels the classes
     * @param counts a row for each class, a column for each that it was taken for
     */
    record Matrix(String title, List<String> labels, long[][] counts) implements Section {

        public Matrix {
            boolean square = counts.length == labels.size();
            for (long[] row : counts) {
                square &= row.length == labels.size();
            }
            Require.that(
                    square,
                    "counts must have a row and a column for each of the %s classes",
                    labels.size());
        }
    }

    /**
     * What attends to what.
     *
     * @param maps a picture each
     */
    record Attention(String title, List<AttentionMap> maps) implements Section {}

    /**
     * What a prediction rests on: tokens in the colour of their scores.
     *
     * @param note what was predicted
     * @param tokens the tokens, in the order of the text
     * @param scores one for each; above 0 for what speaks for the prediction
     */
    record Scores(String title, String note, List<String> tokens, double[] scores)
            implements Section {

        public Scores {
            Require.that(
                    scores.length == tokens.size(),
                    "there must be a score for each of %s tokens, got %s",
                    tokens.size(),
                    scores.length);
        }
    }

    /**
     * Charts of bars.
     *
     * @param charts those without any value are left out
     */
    record Bars(String title, List<BarChart> charts) implements Section {}

    /**
     * A chart of bars.
     *
     * @param title what they measure
     * @param bars one for each that is compared
     */
    record BarChart(String title, List<Bar> bars) {

        /** What a reader who does not see the picture is told of it. */
        String description() {
            return bars.stream()
                    .map(bar -> bar.label() + " " + bar.text())
                    .collect(Collectors.joining(", ", title + ": ", ""));
        }
    }

    /**
     * A bar.
     *
     * @param label what it belongs to
     * @param value its length; null for none
     * @param text the value as it is written beside it
     */
    record Bar(String label, Double value, String text) {}

    /**
     * A step of a worked example.
     *
     * @param sentences what happens in it
     * @param equation the same as an equation; empty for none
     * @param tables its numbers
     */
    record Worked(String title, List<String> sentences, String equation, List<NumberTable> tables)
            implements Section {

        public Worked {
            sentences = List.copyOf(sentences);
            tables = List.copyOf(tables);
        }
    }

    /**
     * What each head of a model does to a score, layers by heads.
     *
     * @param note what the reader has to know of them; empty for nothing
     * @param maps a picture for each kind of attention; their colours are of one scale
     */
    record Heads(String title, String note, List<HeadMap> maps) implements Section {}

    /**
     * A picture of heads.
     *
     * @param title which attention they are of
     * @param cells a cell for each head that is there
     */
    record HeadMap(String title, List<HeadCell> cells) {}

    /**
     * A head.
     *
     * @param layer its row, from 0
     * @param head its column, from 0
     * @param harm how much worse the score is without it; negative where it is better
     * @param text the change as it is written in the cell
     */
    record HeadCell(int layer, int head, double harm, String text) {}

    /**
     * Text as it is, such as a configuration or what a model wrote.
     *
     * @param text its lines
     */
    record Text(String title, String text) implements Section {}
}
