package org.attn4j.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One HTML page that needs nothing from elsewhere, for light screens, dark ones and paper. A small
 * script reads values out of charts; without it they stand in tables.
 *
 * @param title the page's title
 * @param sections what it shows, in this order
 */
public record Report(String title, List<Section> sections) {

    private static final String CHART_SCRIPT = resource("charts.js");

    private static final String STYLE =
            """
            :root { color-scheme: light dark; --ink: #1c2430; --soft: #556070; --line: #dde2ea; --paper: #ffffff;
              --accent: #2457c5; --wrong: #fff1f0;
              --0: #0072b2; --1: #d55e00; --2: #00795a; --3: #b0508f; --4: #8a6d00; --5: #444b55; }
            @media screen and (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa5b4; --line: #343c48;
              --paper: #14181f; --accent: #7ea4ff; --wrong: #3a2224;
              --0: #56b4e9; --1: #ff8f4d; --2: #2cc295; --3: #e59ac8; --4: #e5d94a; --5: #d0d5dd; } }
            .series-0 { --own: var(--0); } .series-1 { --own: var(--1); } .series-2 { --own: var(--2); }
            .series-3 { --own: var(--3); } .series-4 { --own: var(--4); } .series-5 { --own: var(--5); }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
              color: var(--ink); background: var(--paper); }
            h1, h2, p, figcaption { overflow-wrap: anywhere; } h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
            section { overflow-x: auto; }
            table { border-collapse: collapse; width: 100%; }
            td, th { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top;
              overflow-wrap: anywhere; min-width: 4.5rem; }
            th { font-weight: 600; } th[scope=col] { overflow-wrap: break-word; } .facts th { width: 20rem; }
            table.matrix { width: auto; } .matrix td { text-align: right; min-width: 2.5rem; }
            .matrix td.dense { color: #ffffff; }
            pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
            p, figcaption { color: var(--soft); font-size: .9rem; } figcaption { color: var(--ink); font-weight: 600; }
            figure { margin: 1rem 0; }
            .charts { display: flex; flex-wrap: wrap; align-items: start; gap: 1rem; } .charts figure { margin: 0; }
            table.numbers { width: auto; margin: .5rem 1rem .5rem 0; align-self: flex-start; } .numbers td { text-align: right; }
            .numbers td, .numbers th { overflow-wrap: normal; white-space: nowrap; min-width: 3.5rem;
              font-variant-numeric: tabular-nums; }
            .numbers th[scope=col] { white-space: normal; overflow-wrap: normal; text-align: right; }
            caption { text-align: left; font-weight: 600; font-size: .9rem; }
            p.said { color: var(--ink); font-size: 1rem; } p.equation { color: var(--ink); font-family: ui-monospace, monospace; }
            .wrong { background: var(--wrong); }
            .tokens { color: var(--ink); font-size: 1rem; line-height: 2.4; }
            .token { position: relative; padding: .2rem .3rem; border-radius: .2rem; }
            .token.against { border-bottom: 2px dashed currentColor; }
            .token .number { position: absolute; left: 0; top: 100%; opacity: 0; pointer-events: none; z-index: 1;
              padding: 0 .3rem; line-height: 1.5; font-size: .8rem; white-space: nowrap; color: var(--ink);
              background: var(--paper); border: 1px solid var(--line); }
            .token:hover .number, .token:focus .number { opacity: 1; }
            svg text { font-family: system-ui, sans-serif; fill: var(--ink); }
            svg .grid { stroke: var(--line); } svg .cell { fill: var(--accent); } svg .bar { fill: var(--own); }
            .charts:has(> .chart) { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); }
            .chart { min-width: 0; break-inside: avoid; }
            .chart > svg { display: block; width: 100%; height: auto; } .chart svg text { font-size: 12px; }
            svg .axis { fill: var(--soft); } svg .tick { stroke: var(--soft); fill: none; }
            svg .curve { fill: none; stroke: var(--own); stroke-width: 2; stroke-linejoin: round; }
            svg .mark { fill: var(--own); }
            svg .cursor { stroke: var(--soft); } svg .dot { fill: var(--paper); stroke: var(--own); stroke-width: 2; }
            svg:not(.read) .cursor, svg:not(.read) .dot { visibility: hidden; }
            .legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .2rem 0; padding: 0; list-style: none;
              font-size: .85rem; overflow-wrap: anywhere; } .legend svg { vertical-align: middle; margin-right: .4rem; }
            .chart input { display: block; width: 83%; margin: 0 2% 0 15%; accent-color: var(--soft); opacity: .5; }
            .chart input:hover, .chart input:focus-visible { opacity: 1; }
            .chart [hidden] { display: none; } .readout { min-height: 1.5em; margin: .2rem 0; }
            details { font-size: .85rem; } summary, caption { color: var(--soft); } caption { text-align: left; }
            details table { width: auto; }
            @media print { .chart input, .readout, details:not([open]) { display: none; } svg .cursor, svg .dot { visibility: hidden; } }
            """;

    /** From this share of its row on, a cell is so dark that its number is written in white. */
    private static final double DENSE = 0.5;

    /** So much of a colour leaves text readable on it, in light and in dark. */
    private static final double PALE = 0.45;

    public Report {
        sections = List.copyOf(sections);
    }

    /** The page. */
    public String toHtml() {
        StringBuilder html = new StringBuilder();
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
        html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.append("<title>").append(escape(title)).append("</title>\n");
        html.append("<style>\n").append(STYLE).append("</style>\n");
        if (sections.stream().anyMatch(Section.Curves.class::isInstance)) {
            html.append("<script type=\"module\">\n").append(CHART_SCRIPT).append("</script>\n");
        }
        html.append("</head><body><main>\n");
        html.append("<h1>").append(escape(title)).append("</h1>\n");
        for (Section section : sections) {
            String content = content(section);
            if (!content.isEmpty()) {
                html.append(begin(section));
                if (!section.title().isEmpty()) {
                    html.append("<h2>").append(escape(section.title())).append("</h2>\n");
                }
                html.append(content).append("</section>\n");
            }
        }
        return html.append("</main></body></html>\n").toString();
    }

    /** What may be wider than the window can be reached, and so scrolled, by keyboard. */
    private String begin(Section section) {
        boolean isWide =
                section instanceof Section.Table
                        || section instanceof Section.Matrix
                        || section instanceof Section.Attention
                        || section instanceof Section.Bars
                        || section instanceof Section.Worked
                        || section instanceof Section.Heads;
        String name = section.title().isEmpty() ? title : section.title();
        return isWide
                ? "<section tabindex=\"0\" aria-label=\"" + escape(name) + "\">\n"
                : "<section>\n";
    }

    private static String content(Section section) {
        if (section instanceof Section.Facts facts) {
            return facts(facts);
        } else if (section instanceof Section.Curves curves) {
            return curves(curves);
        } else if (section instanceof Section.Table table) {
            return table(table);
        } else if (section instanceof Section.Matrix matrix) {
            return matrix(matrix);
        } else if (section instanceof Section.Attention attention) {
            return attention(attention);
        } else if (section instanceof Section.Scores scores) {
            return scores(scores);
        } else if (section instanceof Section.Bars bars) {
            return bars(bars);
        } else if (section instanceof Section.Worked step) {
            return NumberTables.html(step);
        } else if (section instanceof Section.Heads heads) {
            return heads(heads);
        } else if (section instanceof Section.Text text) {
            return "<pre>" + escape(text.text()) + "</pre>\n";
        }
        throw new IllegalArgumentException("no page shows " + section);
    }

    private static String facts(Section.Facts facts) {
        StringBuilder html = new StringBuilder("<table class=\"facts\">\n");
        facts.facts()
                .forEach(
                        (name, value) ->
                                html.append("<tr><th scope=\"row\">")
                                        .append(escape(name))
                                        .append("</th><td>")
                                        .append(escape(value))
                                        .append("</td></tr>\n"));
        return html.append("</table>\n").toString();
    }

    private static String curves(Section.Curves curves) {
        return noted(
                curves.note(),
                charts(
                        curves.charts().stream()
                                .filter(LineChart::isDrawn)
                                .map(LineCharts::figure)
                                .toList()));
    }

    /** What is shown with what the reader has to know of it in front. */
    private static String noted(String note, String content) {
        return note.isEmpty() || content.isEmpty()
                ? content
                : "<p>" + escape(note) + "</p>\n" + content;
    }

    private static String bars(Section.Bars bars) {
        return charts(
                bars.charts().stream()
                        .filter(chart -> chart.bars().stream().anyMatch(it -> it.value() != null))
                        .map(chart -> figure(Charts.bars(chart), chart.title()))
                        .toList());
    }

    private static String heads(Section.Heads heads) {
        double most =
                heads.maps().stream()
                        .flatMap(map -> map.cells().stream())
                        .mapToDouble(cell -> Math.abs(cell.harm()))
                        .max()
                        .orElse(0);
        StringBuilder html = new StringBuilder();
        if (!heads.note().isEmpty()) {
            html.append("<p>").append(escape(heads.note())).append("</p>\n");
        }
        heads.maps().forEach(map -> html.append(figure(HeadMaps.draw(map, most), map.title())));
        return html.toString();
    }

    private static String charts(List<String> figures) {
        return figures.isEmpty()
                ? ""
                : "<div class=\"charts\">\n" + String.join("", figures) + "</div>\n";
    }

    private static String table(Section.Table table) {
        if (table.rows().isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder();
        html.append("<table>\n");
        html.append("<tr>");
        NumberTables.heads(html, "col", table.head());
        html.append("</tr>\n");
        for (int i = 0; i < table.rows().size(); i++) {
            boolean marked = table.marked().contains(i);
            html.append(marked ? "<tr class=\"wrong\">" : "<tr>");
            for (String cell : table.rows().get(i)) {
                html.append("<td>").append(escape(cell)).append("</td>");
            }
            html.append("</tr>\n");
        }
        return noted(table.note(), html.append("</table>\n").toString());
    }

    private static String matrix(Section.Matrix matrix) {
        StringBuilder html = new StringBuilder();
        html.append("<p>Each row is a class, each column what it was taken for.</p>\n");
        html.append("<table class=\"matrix\">\n<tr>");
        NumberTables.heads(html, "col", List.of(""));
        NumberTables.heads(html, "col", matrix.labels());
        html.append("</tr>\n");
        for (int row = 0; row < matrix.labels().size(); row++) {
            html.append("<tr>");
            NumberTables.heads(html, "row", List.of(matrix.labels().get(row)));
            long[] counts = matrix.counts()[row];
            long sum = 0;
            for (long count : counts) {
                sum += count;
            }
            for (long count : counts) {
                double share = sum == 0 ? 0 : (double) count / sum;
                html.append(share > DENSE ? "<td class=\"dense\"" : "<td");
                html.append(
                        String.format(
                                Locale.ROOT,
                                " style=\"background: rgb(36 87 197 / %.3f)\">%s</td>",
                                share,
                                count));
            }
            html.append("</tr>\n");
        }
        return html.append("</table>\n").toString();
    }

    private static String attention(Section.Attention attention) {
        if (attention.maps().isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder();
        html.append("<p>Each row is a token the model wrote, each column a token it read;");
        html.append(" the stronger the colour, the more weight.</p>\n");
        for (AttentionMap map : attention.maps()) {
            html.append(figure(Charts.heatMap(map), map.site()));
            html.append("<details><summary>Values as a table</summary>\n");
            NumberTables.append(
                    html, NumberTable.of(map.site(), map.target(), map.source(), map.weights()));
            html.append("</details>\n");
        }
        return html.toString();
    }

    private static String resource(String name) {
        try (InputStream stream = Report.class.getResourceAsStream(name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Blue for what speaks for the prediction, orange and a dashed line for what is against it. */
    private static String scores(Section.Scores scores) {
        double most = Arrays.stream(scores.scores()).map(Math::abs).max().orElse(0);
        StringBuilder html = new StringBuilder("<p>" + escape(scores.note()) + "</p>\n");
        html.append("<p class=\"tokens\">\n");
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < scores.scores().length; i++) {
            double score = scores.scores()[i];
            String number = String.format(Locale.ROOT, "%+.4f", score);
            String token = scores.tokens().get(i);
            html.append(
                    String.format(
                            Locale.ROOT,
                            "<span class=\"token%s\" tabindex=\"0\" style=\"background: rgb(%s /"
                                    + " %.3f)\">%s<span class=\"number\"> %s</span></span>\n",
                            score < 0 ? " against" : "",
                            score < 0 ? "217 105 0" : "36 87 197",
                            most == 0 ? 0 : PALE * Math.abs(score) / most,
                            escape(token),
                            number));
            rows.add(List.of(token, number));
        }
        html.append("</p>\n<details><summary>Numbers</summary>\n");
        html.append(table(Section.Table.of("", List.of("token", "score"), rows)));
        return html.append("</details>\n").toString();
    }

    private static String figure(String svg, String caption) {
        return "<figure><figcaption>" + escape(caption) + "</figcaption>" + svg + "</figure>\n";
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '&' -> escaped.append("&amp;");
                                case '<' -> escaped.append("&lt;");
                                case '>' -> escaped.append("&gt;");
                                case '"' -> escaped.append("&quot;");
                                case '\'' -> escaped.append("&#39;");
                                default -> escaped.appendCodePoint(isShown(c) ? c : 0xFFFD);
                            }
                        });
        return escaped.toString();
    }

    /** Whether a page may hold a character: half a pair and most control characters it may not. */
    private static boolean isShown(int c) {
        boolean control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
        boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        return !control && !half && c != 0xFFFE && c != 0xFFFF;
    }
}
