package org.attn4j.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ReportTest {

    private static final Report REPORT =
            new Report(
                    "Run <1>",
                    Map.of("BLEU", "97.3"),
                    List.of(
                            new Curve(
                                    "loss",
                                    List.of(new Curve.Point(1, 4.5), new Curve.Point(9, 0.5)))),
                    List.of(new Translation("a <b>", "c", "c"), new Translation("d", "e", "f")),
                    List.of(
                            new AttentionMap(
                                    "decoder's layer",
                                    List.of("x", "y"),
                                    List.of("\"z\""),
                                    new float[][] {{0.25f, 0.75f}})));

    @Test
    void drawsEveryPartAsWellFormedMarkup() throws Exception {
        String html = REPORT.toHtml();
        String body = html.substring(html.indexOf("<body>"), html.indexOf("</html>"));
        var document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(body)));
        assertEquals(2, document.getElementsByTagName("svg").getLength());
        assertEquals(2, document.getElementsByTagName("rect").getLength());
        assertEquals(4, document.getElementsByTagName("tr").getLength());
    }

    @Test
    void escapesTextAndMarksWrongTranslations() {
        String html = REPORT.toHtml();
        assertTrue(html.contains("a &lt;b&gt;"));
        assertFalse(html.contains("<b>"));
        assertEquals(2, html.split("class=\"wrong\"", -1).length);
    }

    @Test
    void refusesWeightsOfAnotherShape() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new AttentionMap("p", List.of("a"), List.of(), new float[][] {{1f}}));
    }
}
