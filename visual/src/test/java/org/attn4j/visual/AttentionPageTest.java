package org.attn4j.visual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.attn4j.visual.AttentionPage.View;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownAttention.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class AttentionPageTest {

    private static final ShownTokens TEXT = ShownTokens.of("text", List.of("a", "b"));

    private static ShownAttention shown(String site, float[][][] weights) {
        return new ShownAttention(
                "layer", site, Kind.SELF, 0, "text", "text", Drawing.WEIGHTS, weights, "");
    }

    private static AttentionPage.Builder page() {
        return AttentionPage.builder("A page")
                .addTokens(TEXT)
                .addAttention(shown("a", new float[][][] {{{1, 0}, {0.25f, 0.75f}}}));
    }

    @Test
    void theFileHoldsTheWholePageAndNoMarkupOfTheData(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("page.html");
        SamplePages.model().write(file);
        String html = Files.readString(file);
        assertEquals(SamplePages.model().toHtml(), html);
        assertFalse(html.contains("<img"));
        assertFalse(html.contains("<script>document"));
        assertFalse(html.matches("(?s).*(src|href)=.*"), "nothing is loaded");
        assertTrue(html.contains("default-src 'none'; style-src 'sha256-"), "a policy");
    }

    @Test
    void tokensCannotEndTheData() {
        ShownTokens hostile =
                ShownTokens.of(
                        "text", List.of("</script><script>alert(1)</script>", "<!--<script>"));
        String html =
                AttentionPage.builder("</title>")
                        .addTokens(hostile)
                        .addAttention(shown("{{script}}", new float[][][] {{{1, 0}, {0, 1}}}))
                        .build()
                        .toHtml();
        assertEquals(2, html.split("</script>", -1).length - 1);
        assertFalse(html.contains("<!--"));
        assertEquals(2, html.split("</title>", -1).length, "the title's own end");
    }

    @Test
    void anIframeHoldsThePageAsAnAttribute() {
        String iframe = page().build().toIframe();
        assertEquals(1, iframe.split("<", -1).length - 2, "an element and its end");
        assertTrue(iframe.startsWith("<iframe title=\"A page\" sandbox=\"allow-scripts\""));
    }

    /** 512 tokens, 12 layers and 12 heads, from broad heads to peaked ones. */
    @Test
    void aPageOfBertsSizeStaysBelowTenMegabytes() {
        int size = SamplePages.large(12).toHtml().getBytes(StandardCharsets.UTF_8).length;
        assertTrue(size < 10_000_000, () -> size + " bytes");
        assertTrue(size > 1_000_000, () -> "the weights are there, in " + size + " bytes");
    }

    @Test
    void theMatrixHasACellForEachWeightThatIsSeen() throws Exception {
        float[][][] weights = {{{1, Float.NaN}, {0.25f, 0.75f}}};
        AttentionPage page =
                AttentionPage.builder("A page")
                        .addTokens(ShownTokens.of("text", List.of(SamplePages.SCRIPT, "\u0001b")))
                        .addAttention(shown("a", weights))
                        .build();
        NodeList cells = svg(page.toSvg("a", 0, View.MATRIX)).getElementsByTagName("rect");
        assertEquals(1 + 3, cells.getLength(), "the background and three cells");
        Element last = (Element) cells.item(3);
        assertEquals("0.7500", last.getAttribute("fill-opacity"));
        assertEquals("0.7500", last.getTextContent());
    }

    @Test
    void linesAreAsStrongAsTheirWeights() throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            NodeList lines =
                    svg(page().build().toSvg("a", 0, View.HEAD)).getElementsByTagName("line");
            assertEquals(3, lines.getLength(), "none for a weight of 0");
            assertEquals("0.2500", ((Element) lines.item(1)).getAttribute("stroke-opacity"));
        } finally {
            Locale.setDefault(before);
        }
    }

    private static Document svg(String text) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(text)));
    }

    @Test
    void aPageShowsItselfAsText() {
        String text = page().build().toString();
        assertEquals(
                """
                A page
                a, 1 head
                           a █\s
                           b ░▓
                rows: 2 of 2 queries (text), columns: 2 of 2 keys (text), █ is 1.000""",
                text);
        assertTrue(SamplePages.model().toString().endsWith("and 3 more sites: toHtml() shows all"));
        assertTrue(SamplePages.large(2).toString().length() < 1000, "JShell cuts longer values");
    }

    @Test
    void weightsOfZeroCanBeTakenAsUnseen() {
        float[][][] weights = {{{1, 0}, {0.25f, 0.75f}}};
        float[][][] seen = shown("a", weights).withZerosUnseen().weights();
        assertTrue(Float.isNaN(seen[0][0][1]));
        assertEquals(0.25f, seen[0][1][0]);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        float[][][] square = {{{1, 0}, {0, 1}}};
        float[][][] wide = {{{1, 0, 0}, {0, 1, 0}}};
        refused(
                "a page must have at least one attention",
                () -> AttentionPage.builder("x").build());
        refused("got text twice", () -> page().addTokens(TEXT));
        refused("got a twice", () -> page().addAttention(shown("a", square)));
        refused(
                "keys of b must be as many as the tokens of text, got 3 weights, 2 tokens",
                () -> page().addAttention(shown("b", wide)).build());
        refused(
                "queries of a must be tokens of the page, got text, there are []",
                () -> AttentionPage.builder("x").addAttention(shown("a", square)).build());
        refused("same columns in every row", () -> shown("a", new float[][][] {{{1, 0}, {1}}}));
        refused("finite or NaN", () -> shown("a", new float[][][] {{{Float.POSITIVE_INFINITY}}}));
        refused("must not be empty", () -> shown("a", new float[][][] {{}}));
        refused(
                "both models must have the same sizes at a",
                () -> page().optSecond("x", "y", List.of(shown("a", wide))).build());
        refused(
                "second attentions must be of a site of the page, got c",
                () -> page().optSecond("x", "y", List.of(shown("c", square))).build());
        refused(
                "vectors of a must have the heads, queries and keys of its weights",
                () ->
                        page().addVectors("a", wide, wide, 1)
                                .addVectors("a", square, new float[][][] {{{1, 0}}}, 1)
                                .build());
        refused(
                "centres of a must be one a query",
                () -> page().addWindow("a", new float[][] {{1}}, 1, true).build());
        refused("a series must have a value", () -> page().addSeries("text", new float[3]).build());
        refused("site must be one of the page", () -> page().build().toSvg("c", 0, View.HEAD));
        refused("head must be from 0 and below 1", () -> page().build().toSvg("a", 1, View.HEAD));
        refused(
                "words of text must be as many",
                () -> new ShownTokens("text", List.of("a"), List.of()));
    }

    private static void refused(String rule, Executable making) {
        String message = assertThrows(IllegalArgumentException.class, making).getMessage();
        assertTrue(message.contains(rule), message);
    }
}
