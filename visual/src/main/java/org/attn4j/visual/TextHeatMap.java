package org.attn4j.visual;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;

/** Weights in text: a block of Unicode's for each, the darker the more. */
final class TextHeatMap {

    private static final String SHADES = " ░▒▓█";

    /** So that JShell, which cuts a value after 1000 characters, shows all of it. */
    private static final int MOST_ROWS = 16;

    private static final int MOST_COLUMNS = 32;
    private static final int LABEL = 12;

    private TextHeatMap() {}

    static String of(
            String title, Map<String, ShownTokens> tokens, Collection<ShownAttention> attentions) {
        ShownAttention first = attentions.iterator().next();
        StringBuilder text = new StringBuilder(title).append('\n');
        String heads = first.heads() == 1 ? "1 head" : "mean of " + first.heads() + " heads";
        text.append(first.site()).append(", ").append(heads).append('\n');
        int rows = Math.min(MOST_ROWS, first.queryCount());
        int columns = Math.min(MOST_COLUMNS, first.keyCount());
        double[][] mean = mean(first, rows, columns);
        double largest = largest(mean);
        for (int row = 0; row < rows; row++) {
            text.append(label(tokens.get(first.queries()).tokens().get(row))).append(' ');
            for (double weight : mean[row]) {
                text.append(shade(weight, largest));
            }
            text.append('\n');
        }
        text.append(caption(first, rows, columns, largest));
        return attentions.size() == 1 ? text.toString() : text + others(attentions);
    }

    private static String caption(ShownAttention shown, int rows, int columns, double largest) {
        return String.format(
                Locale.ROOT,
                "rows: %d of %d queries (%s), columns: %d of %d keys (%s), █ is %.3f",
                rows,
                shown.queryCount(),
                shown.queries(),
                columns,
                shown.keyCount(),
                shown.keys(),
                largest);
    }

    private static String others(Collection<ShownAttention> attentions) {
        return "\nand " + (attentions.size() - 1) + " more sites: toHtml() shows all";
    }

    private static double[][] mean(ShownAttention shown, int rows, int columns) {
        double[][] mean = new double[rows][columns];
        for (float[][] head : shown.weights()) {
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    float weight = head[row][column];
                    mean[row][column] += Float.isNaN(weight) ? 0 : weight / shown.heads();
                }
            }
        }
        return mean;
    }

    private static double largest(double[][] mean) {
        double largest = 0;
        for (double[] row : mean) {
            for (double weight : row) {
                largest = Math.max(largest, weight);
            }
        }
        return largest;
    }

    private static char shade(double weight, double largest) {
        int shades = SHADES.length() - 1;
        double part = largest == 0 ? 0 : Math.max(0, weight) / largest;
        return SHADES.charAt((int) Math.round(part * shades));
    }

    /** Control characters would break the lines. */
    private static String label(String token) {
        String shown = token.replaceAll("\\p{Cntrl}", "·");
        int end = Math.min(LABEL, shown.codePointCount(0, shown.length()));
        String cut = shown.substring(0, shown.offsetByCodePoints(0, end));
        return " ".repeat(LABEL - end) + cut;
    }
}
