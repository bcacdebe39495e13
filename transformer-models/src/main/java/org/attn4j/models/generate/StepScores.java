package org.attn4j.models.generate;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The scores that the rows of one source have in a step: in each row a column for every token, or
 * for every token that may come.
 */
final class StepScores {

    private final float[] values; // row after row, maybe with others before and behind
    private final int from; // where the rows begin
    private final int width; // columns
    private final int[] tokens; // of the columns, rising; null for every token
    private final float[] whole; // (V), room for a row that rules change; null for every token

    private StepScores(float[] values, int from, int width, int[] tokens, float[] whole) {
        this.values = values;
        this.from = from;
        this.width = width;
        this.tokens = tokens;
        this.whole = whole;
    }

    /** Scores of every token, which begin with some row of all. */
    static StepScores ofAll(float[] values, int firstRow, int vocabularySize) {
        return new StepScores(values, firstRow * vocabularySize, vocabularySize, null, null);
    }

    /**
     * Scores of some tokens; others are impossible.
     *
     * @param values (rows, columns)
     * @param tokens of the columns, rising
     * @param whole room for V scores, which no other thread uses
     */
    static StepScores of(float[] values, int[] tokens, float[] whole) {
        return new StepScores(values, 0, tokens.length, tokens, whole);
    }

    /** Row after row, from {@link #from} on. */
    float[] values() {
        return values;
    }

    /** Where a row begins. */
    int from(int row) {
        return from + row * width;
    }

    /** How many columns a row has. */
    int width() {
        return width;
    }

    int token(int column) {
        return tokens == null ? column : tokens[column];
    }

    /** A copy of a row. */
    float[] row(int row) {
        return Arrays.copyOfRange(values, from(row), from(row) + width);
    }

    /**
     * A row as rules change it.
     *
     * @param rules change the scores of every token, (V), in place
     * @return the scores of the columns
     */
    float[] changed(int row, Consumer<float[]> rules) {
        float[] changed = new float[width];
        change(row, rules, changed);
        return changed;
    }

    /**
     * A row as rules change it.
     *
     * @param rules change the scores of every token, (V), in place
     * @param changed (columns), which get their scores
     */
    void change(int row, Consumer<float[]> rules, float[] changed) {
        System.arraycopy(values, from(row), changed, 0, width);
        if (tokens == null) {
            rules.accept(changed);
            return;
        }
        spread(changed, whole);
        rules.accept(whole);
        for (int column = 0; column < width; column++) {
            changed[column] = whole[tokens[column]];
        }
    }

    /** The scores of every token, (V), of those of the columns. */
    float[] ofEveryToken(float[] row) {
        if (tokens == null) {
            return row;
        }
        float[] every = new float[whole.length];
        spread(row, every);
        return every;
    }

    private void spread(float[] row, float[] every) {
        Arrays.fill(every, Float.NEGATIVE_INFINITY);
        for (int column = 0; column < width; column++) {
            every[tokens[column]] = row[column];
        }
    }
}
