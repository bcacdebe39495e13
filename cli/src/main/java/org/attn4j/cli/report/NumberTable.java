package org.attn4j.cli.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.common.Require;

/**
 * A matrix of numbers with names for its rows and columns.
 *
 * @param caption what the numbers are
 * @param rows the names of the rows
 * @param columns the names of the columns
 * @param values a row of numbers for each name of a row
 * @param digits the most digits behind the decimal point
 */
public record NumberTable(
        String caption, List<String> rows, List<String> columns, float[][] values, int digits) {

    private static final int USUAL_DIGITS = 3;

    /** What float32 leaves of a number that is exact on paper. */
    private static final double ROUNDING = 2e-6;

    public NumberTable {
        Objects.requireNonNull(caption, "caption");
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        boolean fits = values.length == rows.size();
        for (float[] row : values) {
            fits &= row.length == columns.size();
        }
        Require.that(
                fits,
                "a table must have a number for each row and column,"
                        + " got caption=%s, rows=%s, columns=%s, values=%s",
                caption,
                rows,
                columns,
                Arrays.deepToString(values));
        Require.that(digits >= 0, "digits must be at least 0, got digits=%s", digits);
    }

    /** A table whose numbers have at most three digits behind the decimal point. */
    public static NumberTable of(
            String caption, List<String> rows, List<String> columns, float[][] values) {
        return new NumberTable(caption, rows, columns, values, USUAL_DIGITS);
    }

    /**
     * The numbers as they are read: with as few digits as show all of them exactly, or else the
     * most; one that would read as zero and is none is written with an exponent, and what a mask
     * adds to a hidden key as −∞.
     */
    public String[][] texts() {
        int shown = shownDigits();
        String[][] texts = new String[values.length][];
        for (int row = 0; row < values.length; row++) {
            texts[row] = new String[values[row].length];
            for (int column = 0; column < texts[row].length; column++) {
                texts[row][column] = text(values[row][column], shown);
            }
        }
        return texts;
    }

    /** Whether a number stands for −∞: no sum of scores comes near what a mask adds. */
    public static boolean isMasked(float value) {
        return value <= MaskArrays.FLOOR / 2;
    }

    private int shownDigits() {
        for (int digit = 0; digit < digits; digit++) {
            double power = Math.pow(10, digit);
            boolean exact = true;
            for (float[] row : values) {
                for (float value : row) {
                    double off = Math.abs(value * power - Math.rint(value * power)) / power;
                    exact &= isMasked(value) || off <= ROUNDING * Math.min(1, Math.abs(value));
                }
            }
            if (exact) {
                return digit;
            }
        }
        return digits;
    }

    private static String text(float value, int shown) {
        if (isMasked(value)) {
            return "−∞";
        }
        String text = String.format(Locale.ROOT, "%." + shown + "f", value);
        boolean readsZero = Double.parseDouble(text) == 0;
        if (readsZero && value != 0) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        return readsZero ? text.replace("-", "") : text;
    }
}
