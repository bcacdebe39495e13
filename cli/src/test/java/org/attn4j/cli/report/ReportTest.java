package org.attn4j.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportTest {

    private static final Curve CURVE =
            new Curve("loss", List.of(new Curve.Point(1, 4.5), new Curve.Point(9, 0.5)));

    private static final Curve OTHER = new Curve("<b>\"other'", List.of(new Curve.Point(5, 2.0)));

    private static final LineChart BOTH =
            new LineChart("Loss & <more>", "step", "nats", List.of(CURVE, OTHER));

    static final Report REPORT =
            new Report(
                    "Run <1>",
                    List.of(
                            new Section.Facts("", Map.of("BLEU", "97.3")),
                            new Section.Curves(
                                    "Training",
                                    "a <note>",
                                    List.of(
                                            BOTH,
                                            new LineChart(
                                                    "Alone", "step", "nats", List.of(CURVE)))),
                            new Section.Table(
                                    "Samples",
                                    "note",
                                    List.of("source", "model"),
                                    List.of(List.of("a <b>", "c"), List.of("d\u0000", "'\ud800")),
                                    Set.of(1)),
                            new Section.Matrix(
                                    "Classes",
                                    List.of("good", "bad"),
                                    new long[][] {{3, 1}, {0, 0}}),
                            new Section.Attention(
                                    "Attention",
                                    List.of(
                                            new AttentionMap(
                                                    "decoder's layer",
                                                    List.of("x", "y"),
                                                    List.of("\"z\""),
                                                    new float[][] {{0.25f, 0.75f}}))),
                            new Section.Bars(
                                    "Side by side",
                                    List.of(
                                            new Section.BarChart(
                                                    "BLEU",
                                                    List.of(new Section.Bar("a", 1.0, "1.0"))),
                                            new Section.BarChart(
                                                    "none",
                                                    List.of(new Section.Bar("a", null, "–"))))),
                            new Section.Scores(
                                    "Tokens",
                                    "for <yes>",
                                    List.of("<script>", "b", "c"),
                                    new double[] {0.5, -0.25, 0}),
                            new Section.Worked(
                                    "Scores",
                                    List.of("q·k of <a> and b."),
                                    "QKᵀ",
                                    List.of(
                                            NumberTable.of(
                                                    "QKᵀ",
                                                    List.of("<a>", "b"),
                                                    List.of("<a>", "b"),
                                                    new float[][] {{31, 21}, {-31, -1e9f}}))),
                            new Section.Heads(
                                    "Heads",
                                    "a <note>",
                                    List.of(
                                            new Section.HeadMap(
                                                    "cross",
                                                    List.of(
                                                            new Section.HeadCell(
                                                                    0, 0, 1, "+1.0000"),
                                                            new Section.HeadCell(
                                                                    0, 1, -1, "-1.0000"))))),
                            new Section.Text("Configuration", "task: x # <&>\n")));

    private static Document body(Report report) throws Exception {
        String html = report.toHtml();
        String body = html.substring(html.indexOf("<body>"), html.indexOf("</html>"));
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(body)));
    }

    private static int count(Document document, String tag) {
        return document.getElementsByTagName(tag).getLength();
    }

    @Test
    void drawsEveryPartAsWellFormedMarkup() throws Exception {
        Document document = body(REPORT);
        assertEquals(10, count(document, "section"));
        assertEquals(
                7, count(document, "svg")); // two charts, two marks of a legend, two maps, bars
        assertEquals(5, count(document, "rect")); // four cells and a bar
        assertEquals(7 + 4 + 4 + 2 + 3 + 3, count(document, "tr")); // a map's two, and what follows
    }

    @Test
    void aChartHasAxesWithUnitsAndTellsItsValues() throws Exception {
        String html = LineCharts.figure(BOTH);
        assertTrue(html.contains(">step</text>"), html);
        assertTrue(html.contains(">nats</text>"), html);
        // From 0.5 to 4.5 a tick comes at each 1, on 226 pixels from the floor at 236.
        assertTrue(html.contains("y='240.0' text-anchor='end'>0</text>"), html);
        assertTrue(html.contains("y='149.6' text-anchor='end'>2</text>"), html);
        // Step 5 lies five ninths from 0 to 9, on 394 pixels from 72; 2.0 two fifths up.
        assertTrue(
                html.contains(
                        "<tr data-x=\"290.9\"><td>5</td><td></td><td data-y=\"145.6\">2</td></tr>"),
                html);
        assertTrue(
                html.contains("Loss &amp; &lt;more&gt; in nats by step. loss: 4.5 at step 1,"),
                html);
        assertTrue(html.contains("type=\"range\""), "reached by the keyboard");
        assertTrue(html.contains("max=\"2\" value=\"2\""), "three steps to read");
    }

    @Test
    void curvesDifferByMoreThanColour() {
        List<Curve> same = Collections.nCopies(7, CURVE);
        String html = LineCharts.figure(new LineChart("t", "step", "y", same));
        Matcher group =
                Pattern.compile(
                                "<g class='(series-\\d)'><path class='curve' (stroke-dasharray='[^']*')?"
                                        + ".*?<path class='mark' d='M[\\d. ]+(m[^']*)'")
                        .matcher(html);
        Set<String> looks = new HashSet<>();
        Set<String> withoutColour = new HashSet<>();
        while (group.find()) {
            looks.add(group.group(1) + group.group(2) + group.group(3));
            withoutColour.add(group.group(2) + group.group(3));
        }
        assertEquals(7, looks.size());
        assertEquals(7, withoutColour.size());
    }

    @Test
    void aMatrixIsShadedByTheShareOfItsRow() {
        String html = REPORT.toHtml();
        assertTrue(html.contains("class=\"dense\" style=\"background: rgb(36 87 197 / 0.750)\">3"));
        assertTrue(html.contains("<td style=\"background: rgb(36 87 197 / 0.250)\">1"), html);
        assertThrows(
                IllegalArgumentException.class,
                () -> new Section.Matrix("", List.of("a"), new long[][] {{1, 2}}));
    }

    @Test
    void tokensAreShadedByTheirShareOfTheLargestScore() throws Exception {
        String html = REPORT.toHtml();
        assertTrue(
                html.contains(
                        "class=\"token\" tabindex=\"0\" style=\"background: rgb(36 87 197 / 0.450)\">"
                                + "&lt;script&gt;<span class=\"number\"> +0.5000"),
                html);
        assertTrue(
                html.contains(
                        "class=\"token against\" tabindex=\"0\" style=\"background: rgb(217 105 0 / 0.225)\">b"),
                html);
        assertTrue(html.contains("<td>b</td><td>-0.2500</td>"), html);
        Section none = new Section.Scores("t", "", List.of("a"), new double[] {0});
        assertTrue(new Report("t", List.of(none)).toHtml().contains("/ 0.000)\">a"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Section.Scores("t", "", List.of("a"), new double[2]));
    }

    @Test
    void escapesTextAndMarksRows() {
        String html = REPORT.toHtml();
        assertTrue(html.contains("a &lt;b&gt;"));
        assertTrue(html.contains("# &lt;&amp;&gt;"));
        assertTrue(html.contains("<td>d\ufffd</td><td>&#39;\ufffd</td>"));
        assertFalse(html.contains("<b>"));
        assertEquals(2, html.split("class=\"wrong\"", -1).length);
        assertTrue(html.contains("&lt;b&gt;&quot;other&#39;</li>"), "in the legend");
        assertTrue(
                html.contains("<th scope=\"col\">&lt;b&gt;&quot;other&#39;</th>"), "and the table");
        assertTrue(html.contains("<p>a &lt;note&gt;</p>"));
    }

    @Test
    void nothingComesFromElsewhere() {
        String html = REPORT.toHtml().replace("http://www.w3.org/2000/svg", "");
        assertFalse(html.contains("http"), html);
        assertEquals(2, html.split("<script", -1).length, "one of its own");
        assertFalse(html.contains("src="), html);
        assertFalse(html.contains("url("));
    }

    @Test
    void whatHasNothingToShowIsLeftOut() throws Exception {
        Report empty =
                new Report(
                        "t",
                        List.of(
                                new Section.Curves(
                                        "c",
                                        "note",
                                        List.of(new LineChart("x", "", "", List.of(OTHER)))),
                                Section.Table.of("t", List.of("a"), List.of()),
                                new Section.Attention("m", List.of())));
        assertEquals(0, count(body(empty), "section"));
    }

    @Test
    void refusesWeightsOfAnotherShapeAndRowsOfAnotherWidth() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new AttentionMap("p", List.of("a"), List.of(), new float[][] {{1f}}));
        assertThrows(
                IllegalArgumentException.class,
                () -> Section.Table.of("t", List.of("a", "b"), List.of(List.of("c"))));
    }
}
