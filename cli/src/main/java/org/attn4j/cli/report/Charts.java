package org.attn4j.cli.report;

import java.util.List;
import java.util.Locale;

/** Draws curves and attention maps as SVG. */
final class Charts {

    private static final int WIDTH = 430;
    private static final int HEIGHT = 240;
    private static final int LEFT = 56;
    private static final int BOTTOM = 24;
    private static final int TOP = 10;
    private static final int CELL = 22;
    private static final int GRID_LINES = 4;

    private Charts() {}

    static String line(Curve curve) {
        List<Curve.Point> points = curve.points();
        long firstStep = points.get(0).step();
        long lastStep = points.get(points.size() - 1).step();
        double low = points.stream().mapToDouble(Curve.Point::value).min().orElse(0);
        double high = points.stream().mapToDouble(Curve.Point::value).max().orElse(1);
        double span = high > low ? high - low : 1;
        StringBuilder svg = open(WIDTH, HEIGHT, curve.name());
        for (int i = 0; i <= GRID_LINES; i++) {
            double value = low + span * i / GRID_LINES;
            double y = y(value, low, span);
            svg.append(format("<path d='M%d %.1fH%d' stroke='#dde2ea'/>", LEFT, y, WIDTH));
            svg.append(
                    format(
                            "<text x='%d' y='%.1f' font-size='11' text-anchor='end'>%s</text>",
                            LEFT - 6, y + 4, label(value, span)));
        }
        svg.append("<path fill='none' stroke='#2457c5' stroke-width='2' d='");
        char verb = 'M';
        for (Curve.Point point : points) {
            double x = x(point.step(), firstStep, lastStep);
            svg.append(format("%c%.1f %.1f", verb, x, y(point.value(), low, span)));
            verb = 'L';
        }
        svg.append("'/>");
        for (long step : new long[] {firstStep, lastStep}) {
            svg.append(
                    format(
                            "<text x='%.1f' y='%d' font-size='11' text-anchor='%s'>%d</text>",
                            x(step, firstStep, lastStep),
                            HEIGHT - 6,
                            step == firstStep ? "start" : "end",
                            step));
        }
        return svg.append("</svg>").toString();
    }

    static String heatMap(AttentionMap map) {
        int left = 20 + 8 * longest(map.target());
        int top = 20 + 6 * longest(map.source());
        int width = left + CELL * map.source().size() + 6 * longest(map.source());
        StringBuilder svg = open(width, top + CELL * map.target().size() + 4, map.place());
        for (int s = 0; s < map.source().size(); s++) {
            int x = left + CELL * s + CELL / 2;
            svg.append(
                    format(
                            "<text font-size='12' transform='translate(%d %d) rotate(-45)'>%s</text>",
                            x, top - 6, Report.escape(map.source().get(s))));
        }
        for (int t = 0; t < map.target().size(); t++) {
            svg.append(
                    format(
                            "<text x='%d' y='%d' font-size='12' text-anchor='end'>%s</text>",
                            left - 6, top + CELL * t + 15, Report.escape(map.target().get(t))));
            for (int s = 0; s < map.source().size(); s++) {
                svg.append(cell(map.weights()[t][s], left + CELL * s, top + CELL * t));
            }
        }
        return svg.append("</svg>").toString();
    }

    private static String cell(float weight, int x, int y) {
        return format(
                "<rect x='%d' y='%d' width='%d' height='%d' fill='#2457c5' fill-opacity='%.3f'"
                        + " stroke='#eef1f6'><title>%.3f</title></rect>",
                x, y, CELL, CELL, weight, weight);
    }

    private static StringBuilder open(int width, int height, String label) {
        return new StringBuilder(
                format(
                        "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d'"
                                + " viewBox='0 0 %d %d' role='img' aria-label='%s'>",
                        width, height, width, height, Report.escape(label).replace("'", "&#39;")));
    }

    private static double x(long step, long first, long last) {
        return LEFT + (WIDTH - LEFT - 8.0) * (step - first) / Math.max(1, last - first);
    }

    private static double y(double value, double low, double span) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / span);
    }

    private static String label(double value, double span) {
        return format(span < 0.1 ? "%.4f" : span < 10 ? "%.2f" : "%.0f", value);
    }

    private static int longest(List<String> tokens) {
        return tokens.stream().mapToInt(String::length).max().orElse(0);
    }

    /** SVG wants decimal points whatever the machine's language. */
    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
