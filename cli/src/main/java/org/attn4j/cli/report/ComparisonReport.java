package org.attn4j.cli.report;

import java.util.List;

/**
 * A comparison as one HTML page without scripts or outside resources: the table, and the picture of
 * it.
 *
 * @param title the page's title
 * @param table the lines of the table, its head first; a cell for each column
 * @param bars the charts, one for each figure
 * @param losses the training loss of each that is compared
 * @param notes what the figures mean
 */
public record ComparisonReport(
        String title,
        List<List<String>> table,
        List<Bars> bars,
        List<Curve> losses,
        List<String> notes) {

    /**
     * A chart of bars.
     *
     * @param title what they measure
     * @param bars one for each that is compared
     */
    public record Bars(String title, List<Bar> bars) {}

    /**
     * A bar.
     *
     * @param label what it belongs to
     * @param value its length; null for none
     * @param text the value as it is written beside it
     */
    public record Bar(String label, Double value, String text) {}

    /**
     * Writes the page.
     *
     * @return the HTML text
     */
    public String toHtml() {
        StringBuilder html = Report.open(title);
        appendTable(html);
        notes.forEach(note -> html.append("<p>").append(Report.escape(note)).append("</p>\n"));
        html.append("<h2>Side by side</h2>\n<div class=\"charts\">\n");
        for (Bars each : bars) {
            if (each.bars().stream().anyMatch(bar -> bar.value() != null)) {
                append(html, Charts.bars(each), each.title());
            }
        }
        html.append("</div>\n");
        List<Curve> drawn = losses.stream().filter(curve -> curve.points().size() > 1).toList();
        if (!drawn.isEmpty()) {
            html.append("<h2>Training</h2>\n");
            append(html, Charts.lines("training loss", drawn), "training loss by step");
        }
        return html.append("</body></html>\n").toString();
    }

    private void appendTable(StringBuilder html) {
        html.append("<table>\n");
        for (int i = 0; i < table.size(); i++) {
            String tag = i == 0 ? "th" : "td";
            html.append("<tr>");
            for (String cell : table.get(i)) {
                html.append('<').append(tag).append('>').append(Report.escape(cell));
                html.append("</").append(tag).append('>');
            }
            html.append("</tr>\n");
        }
        html.append("</table>\n");
    }

    private static void append(StringBuilder html, String svg, String caption) {
        html.append("<figure>").append(svg).append("<figcaption>");
        html.append(Report.escape(caption)).append("</figcaption></figure>\n");
    }
}
