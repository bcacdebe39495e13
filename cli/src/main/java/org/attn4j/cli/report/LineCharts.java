package org.attn4j.cli.report;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Draws curves: a legend, the picture, a slider that reads its values, and a table of them. Curves
 * differ by colour, by dashes and by marks, so that none of the three is needed to tell them apart.
 */
final class LineCharts {

    private static final int WIDTH = 480;
    private static final int HEIGHT = 280;
    private static final int LEFT = 72;
    private static final int RIGHT = 14;
    private static final int TOP = 10;
    private static final int BOTTOM = 44;
    private static final int INTERVALS = 5;

    /** Longer curves have marks at some of their points alone. */
    private static final int MOST_MARKS = 30;

    private static final int FEW_MARKS = 6;

    private static final List<String> DASHES = List.of("", "7 4", "2 3", "9 3 2 3");

    /** A circle, a square, a triangle, a diamond and a triangle that stands on its tip. */
    private static final List<String> MARKS =
            List.of(
                    "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
                    "m-3 -3h6v6h-6z",
                    "m0 -4.2l4 7h-8z",
                    "m0 -4.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z",
                    "m0 4.2l4 -7h-8z");

    private final LineChart chart;
    private final Axis x;
    private final Axis y;

    private LineCharts(LineChart chart) {
        this.chart = chart;
        List<Curve.Point> all =
                chart.curves().stream().flatMap(curve -> curve.points().stream()).toList();
        x =
                Axis.steps(
                        all.stream().mapToLong(Curve.Point::step).min().orElseThrow(),
                        all.stream().mapToLong(Curve.Point::step).max().orElseThrow(),
                        INTERVALS);
        y =
                Axis.around(
                        all.stream().mapToDouble(Curve.Point::value).min().orElseThrow(),
                        all.stream().mapToDouble(Curve.Point::value).max().orElseThrow(),
                        INTERVALS);
    }

    /** The figure of a chart that has points. */
    static String figure(LineChart chart) {
        return new LineCharts(chart).figure();
    }

    private String figure() {
        Map<Long, Double[]> rows = rows();
        return "<figure class=\"chart\"><figcaption>"
                + Report.escape(chart.title())
                + "</figcaption>\n"
                + legend()
                + picture()
                + Charts.format(
                        "<input type=\"range\" hidden=\"hidden\" min=\"0\" max=\"%s\" value=\"%s\""
                                + " aria-label=\"%s: %s to read\"/>\n",
                        rows.size() - 1,
                        rows.size() - 1,
                        Report.escape(chart.title()),
                        Report.escape(chart.x()))
                + "<p class=\"readout\" hidden=\"hidden\"></p>\n"
                + table(rows)
                + "</figure>\n";
    }

    private String legend() {
        if (chart.curves().size() == 1) {
            return "";
        }
        StringBuilder html = new StringBuilder("<ul class=\"legend\">");
        for (int i = 0; i < chart.curves().size(); i++) {
            html.append(
                    Charts.format(
                            "<li><svg class='%s' width='34' height='12' aria-hidden='true'>"
                                    + "<path class='curve' %sd='M1 6H33'/>%s</svg>%s</li>",
                            Charts.series(i),
                            dashes(i),
                            mark(i, 17, 6),
                            Report.escape(chart.curves().get(i).name())));
        }
        return html.append("</ul>\n").toString();
    }

    private String picture() {
        StringBuilder svg = Charts.open(WIDTH, HEIGHT, description());
        appendAxes(svg);
        for (int i = 0; i < chart.curves().size(); i++) {
            appendCurve(svg, i);
        }
        svg.append(Charts.format("<path class='cursor' d='M0 %sV%s'/>", TOP, HEIGHT - BOTTOM));
        for (int i = 0; i < chart.curves().size(); i++) {
            svg.append(Charts.format("<circle class='dot %s' r='5'/>", Charts.series(i)));
        }
        return svg.append("</svg>\n").toString();
    }

    /** What a reader who does not see the picture is told of it. */
    private String description() {
        StringBuilder text = new StringBuilder();
        text.append(chart.title());
        if (!chart.y().equalsIgnoreCase(chart.title())) {
            text.append(" in ").append(chart.y());
        }
        text.append(" by ").append(chart.x()).append(".");
        for (Curve curve : chart.curves()) {
            Curve.Point first = curve.points().get(0);
            Curve.Point last = curve.points().get(curve.points().size() - 1);
            text.append(
                    Charts.format(
                            " %s: %s at %s %s, %s at %s %s.",
                            curve.name(),
                            Figures.text(first.value()),
                            chart.x(),
                            first.step(),
                            Figures.text(last.value()),
                            chart.x(),
                            last.step()));
        }
        return text.toString();
    }

    private void appendAxes(StringBuilder svg) {
        int floor = HEIGHT - BOTTOM;
        for (BigDecimal tick : y.ticks()) {
            double at = y(tick.doubleValue());
            svg.append(
                    Charts.format(
                            "<path class='grid' d='M%s %.1fH%s'/><text x='%s' y='%.1f'"
                                    + " text-anchor='end'>%s</text>",
                            LEFT, at, WIDTH - RIGHT, LEFT - 6, at + 4, y.label(tick)));
        }
        for (BigDecimal tick : x.ticks()) {
            double at = x(tick.doubleValue());
            svg.append(
                    Charts.format(
                            "<path class='tick' d='M%.1f %sv5'/><text x='%.1f' y='%s'"
                                    + " text-anchor='middle'>%s</text>",
                            at, floor, at, floor + 18, x.label(tick)));
        }
        svg.append(Charts.format("<path class='tick' d='M%s %sH%s'/>", LEFT, floor, WIDTH - RIGHT));
        svg.append(
                Charts.format(
                        "<text class='axis' x='%s' y='%s' text-anchor='middle'>%s</text>",
                        (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, Report.escape(chart.x())));
        svg.append(
                Charts.format(
                        "<text class='axis' transform='translate(14 %s) rotate(-90)'"
                                + " text-anchor='middle'>%s</text>",
                        (TOP + floor) / 2, Report.escape(chart.y())));
    }

    private void appendCurve(StringBuilder svg, int index) {
        List<Curve.Point> points = chart.curves().get(index).points();
        svg.append(
                Charts.format(
                        "<g class='%s'><path class='curve' %sd='",
                        Charts.series(index), dashes(index)));
        char verb = 'M';
        for (Curve.Point point : points) {
            svg.append(Charts.format("%c%.1f %.1f", verb, x(point.step()), y(point.value())));
            verb = 'L';
        }
        svg.append("'/>");
        int count = chart.curves().size();
        if (points.size() <= MOST_MARKS) {
            points.forEach(it -> svg.append(mark(index, x(it.step()), y(it.value()))));
        } else if (count > 1) {
            for (int i = 0; i < FEW_MARKS; i++) {
                double share = (i + (index + 0.5) / count) / FEW_MARKS;
                Curve.Point at = points.get((int) (share * points.size()));
                svg.append(mark(index, x(at.step()), y(at.value())));
            }
        }
        svg.append("</g>");
    }

    private static String dashes(int index) {
        String dashes = DASHES.get(index % DASHES.size());
        return dashes.isEmpty() ? "" : "stroke-dasharray='" + dashes + "' ";
    }

    private static String mark(int index, double x, double y) {
        return Charts.format(
                "<path class='mark' d='M%.1f %.1f%s'/>", x, y, MARKS.get(index % MARKS.size()));
    }

    /** The values of all curves by step; null where a curve has none. */
    private Map<Long, Double[]> rows() {
        Map<Long, Double[]> rows = new TreeMap<>();
        int curves = chart.curves().size();
        for (int i = 0; i < curves; i++) {
            for (Curve.Point point : chart.curves().get(i).points()) {
                rows.computeIfAbsent(point.step(), unused -> new Double[curves])[i] = point.value();
            }
        }
        return rows;
    }

    private String table(Map<Long, Double[]> rows) {
        StringBuilder html = new StringBuilder("<details><summary>Values as a table</summary>");
        html.append("<table><caption>").append(Report.escape(chart.title()));
        html.append(", ").append(Report.escape(chart.y())).append("</caption><thead><tr>");
        NumberTables.heads(html, "col", List.of(chart.x()));
        NumberTables.heads(html, "col", chart.curves().stream().map(Curve::name).toList());
        html.append("</tr></thead><tbody>\n");
        rows.forEach(
                (step, values) -> {
                    html.append(
                            Charts.format(
                                    "<tr data-x=\"%.1f\"><td>%s</td>",
                                    x(step), Figures.text(step)));
                    for (Double value : values) {
                        html.append(
                                value == null
                                        ? "<td></td>"
                                        : Charts.format(
                                                "<td data-y=\"%.1f\">%s</td>",
                                                y(value), Figures.text(value)));
                    }
                    html.append("</tr>\n");
                });
        return html.append("</tbody></table></details>\n").toString();
    }

    private double x(double step) {
        return LEFT + (WIDTH - LEFT - RIGHT) * x.share(step);
    }

    private double y(double value) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - y.share(value));
    }
}
