package org.attn4j.cli.report;

import java.util.List;
import java.util.Locale;

/** Draws bars and attention maps as SVG, and what curves need for that. */
final class Charts {

    private static final int TOP = 10;
    private static final int CELL = 22;
    private static final int BAR = 20;
    private static final int BAR_WIDTH = 220;

    /** The colours that the style of a page has for what is compared. */
    private static final int COLOURS = 6;

    private Charts() {}

    /** A horizontal bar for each label, from 0 to its value. */
    static String bars(Section.BarChart chart) {
        List<Section.Bar> bars = chart.bars();
        int left = 12 + 7 * longest(bars.stream().map(Section.Bar::label).toList());
        double most = bars.stream().mapToDouble(Charts::length).max().orElse(0);
        int height = TOP + BAR * bars.size();
        StringBuilder svg = open(left + BAR_WIDTH + 80, height, chart.description());
        for (int i = 0; i < bars.size(); i++) {
            Section.Bar bar = bars.get(i);
            double width = most > 0 ? BAR_WIDTH * length(bar) / most : 0;
            int y = TOP + BAR * i;
            svg.append(
                    format(
                            "<text x='%s' y='%s' font-size='12' text-anchor='end'>%s</text>",
                            left - 6, y + 12, Report.escape(bar.label())));
            svg.append(
                    format(
                            "<rect class='bar %s' x='%s' y='%s' width='%.1f' height='%s'/>",
                            series(i), left, y + 2, width, BAR - 6));
            svg.append(
                    format(
                            "<text x='%.1f' y='%s' font-size='12'>%s</text>",
                            left + width + 6, y + 12, Report.escape(bar.text())));
        }
        return svg.append("</svg>").toString();
    }

    private static double length(Section.Bar bar) {
        return bar.value() == null || !Double.isFinite(bar.value()) ? 0 : Math.max(0, bar.value());
    }

    /** The class that gives a curve or bar its colour. */
    static String series(int index) {
        return "series-" + index % COLOURS;
    }

    static String heatMap(AttentionMap map) {
        int left = 20 + 8 * longest(map.target());
        int top = 20 + 6 * longest(map.source());
        int width = left + CELL * map.source().size() + 6 * longest(map.source());
        StringBuilder svg = open(width, top + CELL * map.target().size() + 4, map.site());
        for (int s = 0; s < map.source().size(); s++) {
            int x = left + CELL * s + CELL / 2;
            svg.append(
                    format(
                            "<text font-size='12' transform='translate(%s %s) rotate(-45)'>%s</text>",
                            x, top - 6, Report.escape(map.source().get(s))));
        }
        for (int t = 0; t < map.target().size(); t++) {
            svg.append(
                    format(
                            "<text x='%s' y='%s' font-size='12' text-anchor='end'>%s</text>",
                            left - 6, top + CELL * t + 15, Report.escape(map.target().get(t))));
            for (int s = 0; s < map.source().size(); s++) {
                svg.append(cell(map.weights()[t][s], left + CELL * s, top + CELL * t));
            }
        }
        return svg.append("</svg>").toString();
    }

    private static String cell(float weight, int x, int y) {
        return format(
                "<rect class='cell grid' x='%s' y='%s' width='%s' height='%s'"
                        + " fill-opacity='%.3f'><title>%.3f</title></rect>",
                x, y, CELL, CELL, weight, weight);
    }

    static StringBuilder open(int width, int height, String label) {
        return new StringBuilder(
                format(
                        "<svg xmlns='http://www.w3.org/2000/svg' width='%s' height='%s'"
                                + " viewBox='0 0 %s %s' role='img' aria-label='%s'>",
                        width, height, width, height, Report.escape(label)));
    }

    private static int longest(List<String> tokens) {
        return tokens.stream().mapToInt(String::length).max().orElse(0);
    }

    /** SVG wants decimal points whatever the machine's language. */
    static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
