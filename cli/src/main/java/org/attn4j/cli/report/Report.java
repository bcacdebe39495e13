package org.attn4j.cli.report;

import java.util.List;
import java.util.Map;

/**
 * What a training run shows of itself, as one HTML page without scripts or outside resources.
 *
 * @param title the page's title
 * @param facts names and values of the table at the top
 * @param curves the charts, one for each curve
 * @param translations sample translations
 * @param attention attention maps
 */
public record Report(
        String title,
        Map<String, String> facts,
        List<Curve> curves,
        List<Translation> translations,
        List<AttentionMap> attention) {

    private static final String STYLE =
            """
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430; }
            h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
            table { border-collapse: collapse; width: 100%; }
            td, th { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #dde2ea; vertical-align: top; }
            figure { margin: 1rem 0; } figcaption { font-size: .9rem; color: #556070; }
            .charts { display: flex; flex-wrap: wrap; gap: 1rem; } .charts figure { margin: 0; }
            .wrong { background: #fff1f0; } svg text { font-family: system-ui, sans-serif; }
            """;

    /**
     * Writes the page.
     *
     * @return the HTML text
     */
    public String toHtml() {
        StringBuilder html = open(title);
        appendFacts(html);
        appendCurves(html);
        appendTranslations(html);
        appendAttention(html);
        return html.append("</body></html>\n").toString();
    }

    /** Begins a page, up to its heading. */
    static StringBuilder open(String title) {
        StringBuilder html = new StringBuilder();
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
        html.append("<title>").append(escape(title)).append("</title>\n");
        html.append("<style>\n").append(STYLE).append("</style></head><body>\n");
        return html.append("<h1>").append(escape(title)).append("</h1>\n");
    }

    private void appendFacts(StringBuilder html) {
        html.append("<table>\n");
        facts.forEach(
                (name, value) ->
                        html.append("<tr><th>")
                                .append(escape(name))
                                .append("</th><td>")
                                .append(escape(value))
                                .append("</td></tr>\n"));
        html.append("</table>\n");
    }

    private void appendCurves(StringBuilder html) {
        List<Curve> drawn = curves.stream().filter(curve -> curve.points().size() > 1).toList();
        if (drawn.isEmpty()) {
            return;
        }
        html.append("<h2>Training</h2>\n<div class=\"charts\">\n");
        for (Curve curve : drawn) {
            html.append("<figure>").append(Charts.line(curve)).append("<figcaption>");
            html.append(escape(curve.name())).append(" by step</figcaption></figure>\n");
        }
        html.append("</div>\n");
    }

    private void appendTranslations(StringBuilder html) {
        if (translations.isEmpty()) {
            return;
        }
        html.append("<h2>Translations of the test set</h2>\n");
        html.append("<table><tr><th>source</th><th>reference</th><th>model</th></tr>\n");
        for (Translation translation : translations) {
            boolean same = translation.reference().equals(translation.hypothesis());
            html.append(same ? "<tr>" : "<tr class=\"wrong\">");
            for (String cell :
                    List.of(
                            translation.source(),
                            translation.reference(),
                            translation.hypothesis())) {
                html.append("<td>").append(escape(cell)).append("</td>");
            }
            html.append("</tr>\n");
        }
        html.append("</table>\n");
    }

    private void appendAttention(StringBuilder html) {
        if (attention.isEmpty()) {
            return;
        }
        html.append("<h2>What attends to what</h2>\n");
        html.append("<p>Each row is a token the model wrote, each column a token it read;");
        html.append(" the darker, the more weight.</p>\n");
        for (AttentionMap map : attention) {
            html.append("<figure>").append(Charts.heatMap(map)).append("<figcaption>");
            html.append(escape(map.site())).append("</figcaption></figure>\n");
        }
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
