package org.attn4j.cli.report;

import java.util.List;
import java.util.Locale;

/**
 * One HTML page without scripts or outside resources, for light screens and dark ones.
 *
 * @param title the page's title
 * @param sections what it shows, in this order
 */
public record Report(String title, List<Section> sections) {

    private static final String STYLE =
            """
            :root { color-scheme: light dark; --ink: #1c2430; --soft: #556070; --line: #dde2ea; --paper: #ffffff;
              --accent: #2457c5; --wrong: #fff1f0; --lightness: 40%; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa5b4; --line: #343c48;
              --paper: #14181f; --accent: #7ea4ff; --wrong: #3a2224; --lightness: 68%; } }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
              color: var(--ink); background: var(--paper); }
            h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
            section { overflow-x: auto; }
            table { border-collapse: collapse; width: 100%; }
            td, th { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top;
              overflow-wrap: anywhere; }
            th { font-weight: 600; } .facts th { width: 14rem; }
            table.matrix { width: auto; } .matrix td { text-align: right; min-width: 2.5rem; }
            .matrix td.dense { color: #ffffff; }
            pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
            p, figcaption { color: var(--soft); font-size: .9rem; } figure { margin: 1rem 0; }
            .charts { display: flex; flex-wrap: wrap; gap: 1rem; } .charts figure { margin: 0; }
            .wrong { background: var(--wrong); }
            svg text { font-family: system-ui, sans-serif; fill: var(--ink); }
            svg .grid { stroke: var(--line); } svg .curve { stroke: var(--accent); } svg .cell { fill: var(--accent); }
            """;

    /** From this share of its row on, a cell is so dark that its number is written in white. */
    private static final double DENSE = 0.5;

    public Report {
        sections = List.copyOf(sections);
    }

    /** The page. */
    public String toHtml() {
        StringBuilder html = new StringBuilder();
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
        html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.append("<title>").append(escape(title)).append("</title>\n");
        html.append("<style>\n").append(STYLE).append("</style></head><body>\n");
        html.append("<h1>").append(escape(title)).append("</h1>\n");
        for (Section section : sections) {
            String content = content(section);
            if (!content.isEmpty()) {
                html.append("<section>\n");
                if (!section.title().isEmpty()) {
                    html.append("<h2>").append(escape(section.title())).append("</h2>\n");
                }
                html.append(content).append("</section>\n");
            }
        }
        return html.append("</body></html>\n").toString();
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
        } else if (section instanceof Section.Bars bars) {
            return bars(bars);
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
                                html.append("<tr><th>")
                                        .append(escape(name))
                                        .append("</th><td>")
                                        .append(escape(value))
                                        .append("</td></tr>\n"));
        return html.append("</table>\n").toString();
    }

    private static String curves(Section.Curves curves) {
        List<Curve> drawn = curves.curves().stream().filter(it -> it.points().size() > 1).toList();
        if (drawn.isEmpty()) {
            return "";
        }
        if (curves.together()) {
            return figure(Charts.lines(curves.title(), drawn), "by step");
        }
        return charts(
                drawn.stream()
                        .map(curve -> figure(Charts.line(curve), curve.name() + " by step"))
                        .toList());
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
        if (!table.note().isEmpty()) {
            html.append("<p>").append(escape(table.note())).append("</p>\n");
        }
        html.append("<table>\n");
        row(html, "<tr>", "th", table.head());
        for (int i = 0; i < table.rows().size(); i++) {
            boolean marked = table.marked().contains(i);
            row(html, marked ? "<tr class=\"wrong\">" : "<tr>", "td", table.rows().get(i));
        }
        return html.append("</table>\n").toString();
    }

    private static void row(StringBuilder html, String begin, String tag, List<String> cells) {
        html.append(begin);
        for (String cell : cells) {
            html.append('<').append(tag).append('>').append(escape(cell));
            html.append("</").append(tag).append('>');
        }
        html.append("</tr>\n");
    }

    private static String matrix(Section.Matrix matrix) {
        StringBuilder html = new StringBuilder();
        html.append("<p>Each row is a class, each column what it was taken for.</p>\n");
        html.append("<table class=\"matrix\">\n<tr><th></th>");
        for (String label : matrix.labels()) {
            html.append("<th>").append(escape(label)).append("</th>");
        }
        html.append("</tr>\n");
        for (int row = 0; row < matrix.labels().size(); row++) {
            html.append("<tr><th>").append(escape(matrix.labels().get(row))).append("</th>");
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
        }
        return html.toString();
    }

    private static String figure(String svg, String caption) {
        return "<figure>" + svg + "<figcaption>" + escape(caption) + "</figcaption></figure>\n";
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
