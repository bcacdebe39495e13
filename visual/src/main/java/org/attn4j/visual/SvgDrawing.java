package org.attn4j.visual;

import java.util.List;
import java.util.Locale;

/** One head of one attention as SVG, for a paper. */
final class SvgDrawing {

    private static final int ROW = 18;
    private static final int CHARACTER = 8;
    private static final int LINES = 160;
    private static final String BLUE = "#08519c";

    private final ShownAttention shown;
    private final int head;
    private final List<String> queries;
    private final List<String> keys;

    SvgDrawing(ShownAttention shown, int head, ShownTokens queries, ShownTokens keys) {
        this.shown = shown;
        this.head = head;
        this.queries = queries.tokens();
        this.keys = keys.tokens();
    }

    /** Queries on the left, keys on the right, as in the appendix of Vaswani et al. 2017. */
    String lines() {
        int left = width(queries);
        int right = left + LINES;
        int height = (Math.max(queries.size(), keys.size()) + 1) * ROW;
        StringBuilder body = new StringBuilder();
        double most = largest();
        for (int i = 0; i < queries.size(); i++) {
            for (int j = 0; j < keys.size(); j++) {
                float weight = weight(i, j);
                if (weight != 0) {
                    append(
                            body,
                            "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\""
                                    + " stroke-opacity=\"%.4f\"/>\n",
                            left,
                            middle(i),
                            right,
                            middle(j),
                            colour(weight),
                            Math.abs(weight) / most);
                }
            }
        }
        for (int i = 0; i < queries.size(); i++) {
            text(body, left - 4, middle(i), "end", queries.get(i));
        }
        for (int j = 0; j < keys.size(); j++) {
            text(body, right + 4, middle(j), "start", keys.get(j));
        }
        return document(right + width(keys), height, body);
    }

    /** Queries down, keys across. */
    String matrix() {
        int left = width(queries);
        int top = width(keys);
        StringBuilder body = new StringBuilder();
        double most = largest();
        for (int j = 0; j < keys.size(); j++) {
            int x = left + j * ROW + ROW / 2;
            append(
                    body,
                    "<text transform=\"translate(%d,%d) rotate(-90)\" dominant-baseline=\"central\">%s</text>\n",
                    x,
                    top - 4,
                    shownText(keys.get(j)));
        }
        for (int i = 0; i < queries.size(); i++) {
            text(body, left - 4, top + i * ROW + ROW / 2, "end", queries.get(i));
            for (int j = 0; j < keys.size(); j++) {
                cell(body, left + j * ROW, top + i * ROW, weight(i, j), most);
            }
        }
        return document(left + keys.size() * ROW + 4, top + queries.size() * ROW + 4, body);
    }

    /** What cannot be seen is left out; the title is what a pointer over the cell shows. */
    private static void cell(StringBuilder body, int x, int y, float weight, double most) {
        if (!Float.isNaN(weight)) {
            append(
                    body,
                    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\""
                            + " fill-opacity=\"%.4f\" stroke=\"#ddd\" stroke-width=\"0.5\"><title>%.4f</title></rect>\n",
                    x,
                    y,
                    ROW,
                    ROW,
                    colour(weight),
                    Math.abs(weight) / most,
                    weight);
        }
    }

    private static String colour(float weight) {
        return weight < 0 ? "#b35806" : BLUE;
    }

    private float weight(int query, int key) {
        return shown.weights()[head][query][key];
    }

    private double largest() {
        double most = 0;
        for (float[] row : shown.weights()[head]) {
            for (float weight : row) {
                most = Math.max(most, Float.isNaN(weight) ? 0 : Math.abs(weight));
            }
        }
        return most == 0 ? 1 : most;
    }

    private static int middle(int index) {
        return index * ROW + ROW;
    }

    private static int width(List<String> tokens) {
        return 12 + CHARACTER * tokens.stream().mapToInt(String::length).max().orElseThrow();
    }

    private static void text(StringBuilder body, int x, int y, String anchor, String token) {
        append(
                body,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" dominant-baseline=\"central\">%s</text>\n",
                x,
                y,
                anchor,
                shownText(token));
    }

    /** XML forbids control characters, even escaped. */
    private static String shownText(String token) {
        return PageText.escaped(token.replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF]", "\u00B7"));
    }

    private String document(int width, int height, StringBuilder body) {
        String name = PageText.escaped(shown.label() + ", head " + head);
        return String.format(
                Locale.ROOT,
                """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" font-family="sans-serif" font-size="12">
                <title>%s</title>
                <rect width="100%%" height="100%%" fill="#fff"/>
                %s</svg>
                """,
                width,
                height,
                width,
                height,
                name,
                body);
    }

    private static void append(StringBuilder body, String format, Object... values) {
        body.append(String.format(Locale.ROOT, format, values));
    }
}
