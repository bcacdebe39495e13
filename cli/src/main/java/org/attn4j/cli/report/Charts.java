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
    private static final int BAR = 20;
    private static final int BAR_WIDTH = 220;

    private Charts() {}

    static String line(Curve curve) {
        List<Curve.Point> points = curve.points();
        long firstStep = points.get(0).step();
        long lastStep = points.get(points.size() - 1).step();
        double low = points.stream().mapToDouble(Curve.Point::value).min().orElse(0);
        double high = points.stream().mapToDouble(Curve.Point::value).max().orElse(1);
        double span = high > low ? high - low : 1;
        StringBuilder svg = open(WIDTH, HEIGHT, curve.name());
        appendGrid(svg, low, span);
        appendPath(svg, curve, "", firstStep, lastStep, low, span);
        appendSteps(svg, firstStep, lastStep);
        return svg.append("</svg>").toString();
    }

    private static void appendGrid(StringBuilder svg, double low, double span) {
        for (int i = 0; i <= GRID_LINES; i++) {
            double value = low + span * i / GRID_LINES;
            double y = y(value, low, span);
            svg.append(format("<path class='grid' d='M%s %.1fH%s'/>", LEFT, y, WIDTH));
            svg.append(
                    format(
                            "<text x='%s' y='%.1f' font-size='11' text-anchor='end'>%s</text>",
                            LEFT - 6, y + 4, label(value, span)));
        }
    }

    private static void appendPath(
            StringBuilder svg,
            Curve curve,
            String style,
            long firstStep,
            long lastStep,
            double low,
            double span) {
        svg.append(format("<path class='curve' fill='none' stroke-width='2'%s d='", style));
        char verb = 'M';
        for (Curve.Point point : curve.points()) {
            double x = x(point.step(), firstStep, lastStep);
            svg.append(format("%c%.1f %.1f", verb, x, y(point.value(), low, span)));
            verb = 'L';
        }
        svg.append("'/>");
    }

    private static void appendSteps(StringBuilder svg, long firstStep, long lastStep) {
        for (long step : new long[] {firstStep, lastStep}) {
            svg.append(
                    format(
                            "<text x='%.1f' y='%s' font-size='11' text-anchor='%s'>%s</text>",
                            x(step, firstStep, lastStep),
                            HEIGHT - 6,
                            step == firstStep ? "start" : "end",
                            step));
        }
    }

    /** A horizontal bar for each label, from 0 to its value. */
    static String bars(Section.BarChart chart) {
        List<Section.Bar> bars = chart.bars();
        int left = 12 + 7 * longest(bars.stream().map(Section.Bar::label).toList());
        double most = bars.stream().mapToDouble(Charts::length).max().orElse(0);
        int height = TOP + BAR * bars.size();
        StringBuilder svg = open(left + BAR_WIDTH + 80, height, chart.title());
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
                            "<rect x='%s' y='%s' width='%.1f' height='%s' style='fill:%s'/>",
                            left, y + 2, width, BAR - 6, colour(i, bars.size())));
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

    /** Several curves over the same steps, with a legend. */
    static String lines(String name, List<Curve> curves) {
        List<Curve.Point> all = curves.stream().flatMap(curve -> curve.points().stream()).toList();
        long first = all.stream().mapToLong(Curve.Point::step).min().orElse(0);
        long last = all.stream().mapToLong(Curve.Point::step).max().orElse(1);
        double low = all.stream().mapToDouble(Curve.Point::value).min().orElse(0);
        double high = all.stream().mapToDouble(Curve.Point::value).max().orElse(1);
        double span = high > low ? high - low : 1;
        int legend = 24 + 7 * longest(curves.stream().map(Curve::name).toList());
        int height = Math.max(HEIGHT, TOP + BAR * curves.size());
        StringBuilder svg = open(WIDTH + legend, height, name);
        appendGrid(svg, low, span);
        for (int i = 0; i < curves.size(); i++) {
            String colour = colour(i, curves.size());
            String style = format(" style='stroke:%s'", colour);
            appendPath(svg, curves.get(i), style, first, last, low, span);
            svg.append(
                    format(
                            "<text x='%s' y='%s' font-size='12' style='fill:%s'>%s</text>",
                            WIDTH + 12,
                            TOP + BAR * i + 12,
                            colour,
                            Report.escape(curves.get(i).name())));
        }
        appendSteps(svg, first, last);
        return svg.append("</svg>").toString();
    }

    private static String colour(int index, int count) {
        return format("hsl(%s,60%%,var(--lightness))", 360 * index / Math.max(1, count));
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

    private static StringBuilder open(int width, int height, String label) {
        return new StringBuilder(
                format(
                        "<svg xmlns='http://www.w3.org/2000/svg' width='%s' height='%s'"
                                + " viewBox='0 0 %s %s' role='img' aria-label='%s'>",
                        width, height, width, height, Report.escape(label)));
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
