package org.attn4j.cli.report;

import java.util.List;
import java.util.Locale;

/** Draws the steps of a worked example: sentences, an equation, and tables shaded by value. */
final class NumberTables {

    /** So much colour that the text on it is still read easily, on light screens and dark ones. */
    private static final double DEEPEST = 0.45;

    private static final String POSITIVE = "36 87 197";
    private static final String NEGATIVE = "192 86 33";

    private NumberTables() {}

    static String html(Section.Worked step) {
        StringBuilder html = new StringBuilder();
        for (String sentence : step.sentences()) {
            html.append("<p class=\"said\">").append(Report.escape(sentence)).append("</p>\n");
        }
        if (!step.equation().isEmpty()) {
            html.append("<p class=\"equation\">");
            html.append(Report.escape(step.equation())).append("</p>\n");
        }
        html.append("<div class=\"charts\">\n");
        step.tables().forEach(table -> append(html, table));
        return html.append("</div>\n").toString();
    }

    static void append(StringBuilder html, NumberTable table) {
        html.append("<table class=\"numbers\"><caption>").append(Report.escape(table.caption()));
        html.append("</caption>\n<tr>");
        heads(html, "col", List.of(""));
        heads(html, "col", table.columns());
        html.append("</tr>\n");
        String[][] texts = table.texts();
        double largest = largest(table);
        for (int row = 0; row < texts.length; row++) {
            html.append("<tr>");
            heads(html, "row", List.of(table.rows().get(row)));
            for (int column = 0; column < texts[row].length; column++) {
                float value = table.values()[row][column];
                html.append("<td").append(shade(value, largest)).append('>');
                html.append(Report.escape(texts[row][column])).append("</td>");
            }
            html.append("</tr>\n");
        }
        html.append("</table>\n");
    }

    /** The names of columns or rows; an empty one is no heading. */
    static void heads(StringBuilder html, String scope, List<String> names) {
        for (String name : names) {
            if (name.isEmpty()) {
                html.append("<td></td>");
            } else {
                html.append("<th scope=\"").append(scope).append("\">");
                html.append(Report.escape(name)).append("</th>");
            }
        }
    }

    private static double largest(NumberTable table) {
        double largest = 0;
        for (float[] row : table.values()) {
            for (float value : row) {
                largest = isShaded(value) ? Math.max(largest, Math.abs(value)) : largest;
            }
        }
        return largest;
    }

    private static boolean isShaded(float value) {
        return Float.isFinite(value) && !NumberTable.isMasked(value);
    }

    private static String shade(float value, double largest) {
        if (!isShaded(value) || value == 0) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                " style=\"background: rgb(%s / %.3f)\"",
                value < 0 ? NEGATIVE : POSITIVE,
                DEEPEST * Math.abs(value) / largest);
    }
}
