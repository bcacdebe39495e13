package org.attn4j.visual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownAttention.Kind;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page in Chromium: what is shown is held against the arrays that were given. */
class PageViewsTest extends SamplePagesTest {

    /** Numbers are shown with four digits. */
    private static final double SHOWN = 0.00006;

    private static final int SIZE = SamplePages.TEXT.size();

    @Test
    void everyViewIsDrawn() {
        browser.open(model);
        for (String view :
                List.of("model", "matrix", "flow", "neuron", "rollout", "diff", "head")) {
            browser.view(view);
            assertEquals(view, browser.one("#panel").getDomAttribute("data-drawn"));
            assertEquals(
                    "true", browser.one("#view-" + view).getDomAttribute("aria-selected"), view);
        }
    }

    @Test
    void aTokenThatIsPointedAtTellsItsWeights() {
        browser.open(model);
        browser.view("head");
        browser.hover(token("query", 3));
        assertEquals("“un” (4) looks at the keys listed.", browser.said());
        float[] row = SamplePages.encoderWeights(0)[0][3];
        assertNumbers(row, numbers());
        assertEquals(strongest(row), strongest(tints("key")));
        browser.hover(token("key", 5));
        assertEquals("“مرحبا” (6) is looked at by the queries listed.", browser.said());
        float[] column = new float[SIZE];
        for (int query = 0; query < SIZE; query++) {
            column[query] = SamplePages.encoderWeights(0)[0][query][5];
        }
        assertNumbers(column, numbers());
        assertEquals(strongest(column), strongest(tints("query")));
    }

    @Test
    void headsAndLayersAreChosen() {
        browser.open(model);
        browser.view("head");
        browser.choose("#layer", "layer 2");
        browser.click(".heads [aria-label='head 1']");
        browser.hover(token("query", 6));
        assertNumbers(SamplePages.encoderWeights(2)[1][6], numbers());
        browser.click(".heads button:first-of-type");
        browser.hover(token("query", 6));
        assertNumbers(mean(SamplePages.encoderWeights(2))[6], numbers());
    }

    /** Of 400 tokens' lines only those in the window are painted, and more after scrolling. */
    @Test
    void linesFollowTheWindow() throws IOException {
        List<String> tokens = IntStream.range(0, 400).mapToObj(i -> "token" + i).toList();
        float[][][] weights = SamplePages.weights(new Random(1), 2, 400, 400, 1);
        Path page = folder.resolve("long.html");
        AttentionPage.builder("Long")
                .addTokens(ShownTokens.of("text", tokens))
                .addAttention(ShownAttention.of("self", "text", "text", Drawing.WEIGHTS, weights))
                .build()
                .write(page);
        browser.open(page);
        browser.hover(token("query", 1));
        assertEquals(List.of(true, false), painted());
        browser.clickMouse();
        browser.run("scrollTo(0, document.body.scrollHeight);");
        browser.waitUntil("return " + PAINTED + "(0.97);");
        assertEquals(List.of(false, true), painted());
        browser.press(Keys.ESCAPE);
        assertEquals(List.of(false, false), painted());
    }

    /** Whether the upper canvas holds a line at some height, a share of the whole. */
    private static final String PAINTED =
            """
            (share => {
              const canvas = document.querySelector(".lines .top");
              const copy = new OffscreenCanvas(canvas.width, 20).getContext("2d", {willReadFrequently: true});
              copy.drawImage(canvas, 0, -Math.floor(share * canvas.height));
              return copy.getImageData(0, 0, canvas.width, 20).data.some(it => it > 0);
            })""";

    private static Object painted() {
        return browser.run("return [0.03, 0.97].map(" + PAINTED + ");");
    }

    @Test
    void anotherAttentionIsChosen() {
        browser.open(model);
        browser.choose("#stack", "cross");
        browser.view("matrix");
        browser.hoverCell(map(), 1, 7);
        assertEquals(
                SamplePages.crossWeights()[0][1][7], said("“sah” (2) to “[SEP]” (8): "), SHOWN);
        assertTrue(browser.all("#view-rollout").isEmpty(), "a target is not its source");
    }

    @Test
    void aCellThatIsPointedAtTellsItsWeight() {
        browser.open(model);
        browser.view("matrix");
        browser.hoverCell(map(), 5, 6);
        assertEquals(
                SamplePages.encoderWeights(0)[0][5][6], said("“مرحبا” (6) to “世界” (7): "), SHOWN);
    }

    @Test
    void aClickLocksAndEscapeUnlocks() {
        browser.open(model);
        browser.view("head");
        browser.hover(token("query", 3));
        browser.clickMouse();
        browser.hover(token("query", 5));
        assertEquals("“un” (4) looks at the keys listed. Locked: Escape unlocks.", browser.said());
        browser.choose("#layer", "layer 1");
        assertNumbers(SamplePages.encoderWeights(1)[0][3], numbers());
        browser.press(Keys.ESCAPE);
        assertTrue(browser.said().startsWith("Point at a token"), browser.said());
        browser.hover(token("query", 6));
        assertEquals("“世界” (7) looks at the keys listed.", browser.said());
    }

    @Test
    void theKeyboardReachesEverything() {
        browser.open(model);
        browser.one("#view-head").sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
        browser.waitUntilDrawn();
        assertEquals("matrix", browser.one("#panel").getDomAttribute("data-drawn"));
        tabTo(".plot");
        browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
        assertEquals(SamplePages.encoderWeights(0)[0][2][1], lastNumber(browser.said()), SHOWN);
        browser.press(Keys.ENTER);
        assertTrue(browser.said().endsWith("Locked: Escape unlocks."), browser.said());
        browser.press(Keys.ESCAPE);
        browser.view("head");
        tabTo(".query [role=option]");
        browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN);
        assertEquals("“un” (4) looks at the keys listed.", browser.said());
        browser.press(Keys.ARROW_RIGHT);
        assertEquals("“[CLS]” (1) is looked at by the queries listed.", browser.said());
    }

    /** Every group is one stop of Tab, so that a few of them lead anywhere. */
    private static void tabTo(String selector) {
        for (int stops = 0; stops < 12; stops++) {
            browser.press(Keys.TAB);
            if ((Boolean)
                    browser.run("return document.activeElement.matches(arguments[0]);", selector)) {
                return;
            }
        }
        fail("Tab does not reach " + selector);
    }

    @Test
    void markupInTokensIsText() {
        browser.open(model);
        browser.view("head");
        assertEquals("A page " + SamplePages.SCRIPT, browser.text("h1"));
        assertEquals(SamplePages.IMAGE, browser.text("#description"));
        assertEquals(SamplePages.SCRIPT, browser.text(".query li:nth-child(2)"));
        assertEquals(SamplePages.IMAGE, browser.text(".key li:nth-child(3)"));
        browser.hover(token("query", 2));
        for (String view : List.of("model", "matrix", "flow", "neuron", "rollout", "diff")) {
            browser.view(view);
        }
        browser.choose("#stack", "cross");
        assertTrue(browser.all("img").isEmpty());
        assertEquals(2, browser.all("script").size(), "the data and the page's own");
        assertEquals("A page " + SamplePages.SCRIPT, browser.run("return document.title;"));
    }

    @Test
    void subwordsAreJoinedToWords() {
        browser.open(model);
        browser.view("head");
        browser.click("#join");
        assertEquals(SIZE - 1, browser.all(".query li").size());
        assertEquals("unseen", browser.text(".query li:nth-child(4)"));
        browser.hover(token("query", 1));
        float[] row = SamplePages.encoderWeights(0)[0][1];
        assertEquals(row[3] + row[4], numbers().get(3), SHOWN, "to a word: the sum");
        browser.hover(token("query", 3));
        float[] un = SamplePages.encoderWeights(0)[0][3];
        float[] seen = SamplePages.encoderWeights(0)[0][4];
        assertEquals((un[0] + seen[0]) / 2, numbers().get(0), SHOWN, "from a word: the mean");
        assertEquals((un[3] + un[4] + seen[3] + seen[4]) / 2, numbers().get(3), SHOWN, "to itself");
    }

    @Test
    void specialTokensAreHidden() {
        browser.open(model);
        browser.view("head");
        browser.click("#hide");
        assertEquals(SIZE - 2, browser.all(".key li").size());
        browser.hover(token("query", 0));
        Map<Integer, Double> shown = numbers();
        assertEquals(SIZE - 2, shown.size());
        assertEquals(SamplePages.encoderWeights(0)[0][1][3], shown.get(2), SHOWN);
    }

    @Test
    void aClickOnASmallPictureOpensTheHead() {
        browser.open(model);
        browser.view("model");
        browser.waitUntilComplete();
        assertEquals(
                SamplePages.LAYERS * SamplePages.HEADS, browser.all(".thumbnail canvas").size());
        browser.click("[aria-label='layer 1, head 1']");
        assertEquals("matrix", browser.one("#panel").getDomAttribute("data-drawn"));
        browser.hoverCell(map(), 4, 4);
        assertEquals(SamplePages.encoderWeights(1)[1][4][4], lastNumber(browser.said()), SHOWN);
    }

    @Test
    void theFlowTellsTheWeightOfAStep() {
        browser.open(model);
        browser.view("flow");
        browser.one(".plot").sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_DOWN);
        assertEquals(SamplePages.encoderWeights(0)[0][1][2], lastNumber(browser.said()), SHOWN);
    }

    @Test
    void aScoreIsTakenApart() {
        browser.open(model);
        browser.view("neuron");
        browser.hover(token("query", 3));
        float[] weights = SamplePages.encoderWeights(0)[0][3];
        browser.one(".plot").sendKeys(Keys.ARROW_RIGHT);
        int key = strongest(weights);
        float[] query = SamplePages.vectors(1, SIZE)[0][3];
        float[] other = SamplePages.vectors(2, SIZE)[0][key];
        double product =
                IntStream.range(0, query.length).mapToDouble(i -> query[i] * other[i]).sum();
        Matcher told =
                Pattern.compile("q·k (\\S+), times (\\S+) is the score (\\S+), weight (\\S+)")
                        .matcher(browser.said());
        assertTrue(told.find(), browser.said());
        // vectors are stored in 16 bits: 16 products of numbers up to 4 are known to about 0.003
        assertEquals(product, Double.parseDouble(told.group(1).replaceAll(",$", "")), 0.005);
        assertEquals(product / 4, Double.parseDouble(told.group(3).replaceAll(",$", "")), 0.002);
        assertEquals(weights[key], Double.parseDouble(told.group(4)), SHOWN);
        Matcher element =
                Pattern.compile("Element 1: q (\\S+) · k (\\S+) = (\\S+)")
                        .matcher(browser.text(".strips [role=status]"));
        assertTrue(element.find());
        assertEquals(query[1], Double.parseDouble(element.group(1)), 0.001);
        assertEquals(other[1], Double.parseDouble(element.group(2)), 0.001);
    }

    /** Â₁ = (1 0; ¼ ¾) and Â₂ = (¾ ¼; 0 1): Â₂Â₁ = (13/16 3/16; ¼ ¾). */
    @Test
    void rolloutIsTheHandWorkedProduct() throws IOException {
        Path page = folder.resolve("rollout.html");
        AttentionPage.builder("Rollout")
                .addTokens(ShownTokens.of("text", List.of("a", "b")))
                .addAttention(self(0, new float[][][] {{{1, 0}, {0.5f, 0.5f}}}))
                .addAttention(self(1, new float[][][] {{{0.5f, 0.5f}, {0, 1}}}))
                .build()
                .write(page);
        browser.open(page);
        browser.choose("#layer", "layer 1");
        browser.view("rollout");
        double[][] wanted = {{0.8125, 0.1875}, {0.25, 0.75}};
        for (int row = 0; row < 2; row++) {
            for (int column = 0; column < 2; column++) {
                browser.hoverCell(map(), row, column);
                assertEquals(wanted[row][column], lastNumber(browser.said()), SHOWN);
            }
        }
    }

    private static ShownAttention self(int layer, float[][][] weights) {
        return new ShownAttention(
                "layer " + layer,
                "layers." + layer,
                Kind.SELF,
                layer,
                "text",
                "text",
                Drawing.WEIGHTS,
                weights,
                "");
    }

    @Test
    void rolloutIsTheProductOfAllLayers() {
        double[][] rolled = new double[SIZE][SIZE];
        for (int i = 0; i < SIZE; i++) {
            rolled[i][i] = 1;
        }
        for (int layer = 0; layer < SamplePages.LAYERS; layer++) {
            rolled = rolledThrough(mean(SamplePages.encoderWeights(layer)), rolled);
        }
        browser.open(model);
        browser.choose("#layer", "layer 2");
        browser.view("rollout");
        for (int row = 0; row < SIZE; row++) {
            browser.hoverCell(map(), row, (row * 3) % SIZE);
            assertEquals(rolled[row][(row * 3) % SIZE], lastNumber(browser.said()), SHOWN);
        }
    }

    private static double[][] rolledThrough(float[][] weights, double[][] below) {
        double[][] rolled = new double[SIZE][SIZE];
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                for (int k = 0; k < SIZE; k++) {
                    rolled[i][j] += 0.5 * (weights[i][k] + (i == k ? 1 : 0)) * below[k][j];
                }
            }
        }
        return rolled;
    }

    @Test
    void theDifferenceOfTwoModelsIsShownFirst() {
        browser.open(model);
        assertEquals("diff", browser.one("#panel").getDomAttribute("data-drawn"));
        browser.hoverCell(browser.all(".plot").get(2), 3, 2);
        float before = SamplePages.encoderWeights(0)[0][3][2];
        float after = SamplePages.secondWeights(0)[0][3][2];
        Matcher told =
                Pattern.compile(": (\\S+) \\(before (\\S+), after (\\S+)\\)")
                        .matcher(browser.said());
        assertTrue(told.find(), browser.said());
        assertEquals(after - before, Double.parseDouble(told.group(1)), SHOWN);
        assertEquals(before, Double.parseDouble(told.group(2)), SHOWN);
        assertEquals(after, Double.parseDouble(told.group(3)), SHOWN);
        browser.waitUntilComplete();
        double moved =
                movedWeight(SamplePages.encoderWeights(2)[1], SamplePages.secondWeights(2)[1]);
        String cell = browser.text(".changes tbody tr:nth-child(3) td:nth-child(3)");
        assertEquals(moved, Double.parseDouble(cell), 0.0006);
    }

    private static double movedWeight(float[][] before, float[][] after) {
        double total = 0;
        for (int row = 0; row < SIZE; row++) {
            for (int column = 0; column < SIZE; column++) {
                total += Math.abs(after[row][column] - before[row][column]);
            }
        }
        return total / 2 / SIZE;
    }

    @Test
    void mechanismsAreDrawnAsInTheirPapers() {
        browser.open(papers);
        assertEquals("paper", browser.one("#panel").getDomAttribute("data-drawn"));
        browser.choose("#stack", "self: steps, pattern");
        assertTrue(browser.text("#panel").contains("5 of 9 cells are seen"));
        browser.hoverCell(map(), 0, 2);
        assertEquals("“a” (1) to “c” (3): not seen", browser.said());
        browser.choose("#stack", "cross: question to facts");
        browser.hoverCell(map(), 2, 1);
        assertEquals(SamplePages.hop(1)[0][2], said("“hop 2” (2) to “Mary sat” (3): "), SHOWN);
        browser.choose("#stack", "cross: sentences to words");
        assertEquals(4, browser.all(".levels li").size(), "each word in its own sentence alone");
        browser.hover(browser.one("[data-word='3']"));
        assertEquals("“second” (2) to “staff” (4): 0.6000, sentence 0.7000", browser.said());
        browser.choose("#stack", "cross: words to experts");
        assertEquals(
                "30.600",
                browser.text("#panel tbody tr:nth-child(1) td:nth-child(2)")
                        + browser.text("#panel tbody tr:nth-child(1) td:nth-child(3)"));
        browser.choose("#stack", "self: steps, window");
        assertTrue(browser.text("#panel").contains("Gaussian, from 0.00 to 1.00"));
        browser.choose("#stack", "cross: question to steps");
        assertTrue(browser.text("#panel").contains("the series, from -1.00 to 3.00"));
    }

    /** A weight may be so small that the page stores it as 0: its key is seen all the same. */
    @Test
    void aWindowThatIsNotGivenIsWhatIsSeen() throws IOException {
        Path page = folder.resolve("window.html");
        float[][][] weights = {{{Float.NaN, 1e-8f, 1, Float.NaN}}};
        AttentionPage.builder("Window")
                .addTokens(ShownTokens.of("query", List.of("q")))
                .addTokens(ShownTokens.of("keys", List.of("a", "b", "c", "d")))
                .addAttention(ShownAttention.of("local", "query", "keys", Drawing.WINDOW, weights))
                .build()
                .write(page);
        browser.open(page);
        assertEquals(List.of(false, true, false, false), outlinedLeft(4), "from b to c");
    }

    /**
     * Of the columns of a plot with one row, which have a red line just right of their left edge.
     */
    private static Object outlinedLeft(int columns) {
        return browser.run(
                """
                const plot = document.querySelector(".plot");
                const [left, top, cell] = ["left", "top", "cell"].map(it => Number(plot.dataset[it]));
                const canvas = plot.querySelector("canvas");
                const line = canvas.getContext("2d")
                    .getImageData(0, Math.floor(top + cell * 0.2), canvas.width, 1).data;
                return Array.from({length: arguments[0]}, (_, column) => {
                  const at = 4 * (Math.floor(left + column * cell) + 1);
                  return line[at] > line[at + 1] + 60;
                });
                """,
                columns);
    }

    @Test
    void aNarrowScreenNeedsNoScrollingToTheSide() {
        browser.open(model);
        browser.whileNarrow(
                () -> {
                    for (String view :
                            List.of("head", "model", "matrix", "flow", "neuron", "diff")) {
                        browser.view(view);
                        assertFalse(browser.scrollsToTheSide(), view);
                    }
                });
    }

    @Test
    void darkAndLightDiffer() {
        browser.open(model);
        Object light = browser.run("return getComputedStyle(document.body).backgroundColor;");
        browser.prefer("dark");
        assertNotEquals(
                light, browser.run("return getComputedStyle(document.body).backgroundColor;"));
        browser.prefer("light");
    }

    private static WebElement token(String side, int index) {
        return browser.one("." + side + " li:nth-child(" + (index + 1) + ")");
    }

    private static WebElement map() {
        return browser.one(".plot");
    }

    /** The table beside the drawing, by the index of the token. */
    private static Map<Integer, Double> numbers() {
        Map<Integer, Double> numbers = new TreeMap<>();
        for (WebElement row : browser.all("#numbers tbody tr")) {
            Matcher told =
                    Pattern.compile("(?s).*\\((\\d+)\\)(\\S+)")
                            .matcher(row.getDomProperty("textContent"));
            assertTrue(told.matches());
            numbers.put(Integer.parseInt(told.group(1)) - 1, Double.parseDouble(told.group(2)));
        }
        return numbers;
    }

    private static void assertNumbers(float[] wanted, Map<Integer, Double> shown) {
        assertEquals(wanted.length, shown.size());
        shown.forEach((index, number) -> assertEquals(wanted[index], number, SHOWN));
    }

    /** How strongly each token of a side is tinted. */
    private static float[] tints(String side) {
        List<WebElement> tokens = browser.all("." + side + " li");
        float[] tints = new float[tokens.size()];
        for (int i = 0; i < tints.length; i++) {
            Object tint =
                    browser.run(
                            "return arguments[0].style.getPropertyValue('--weight');",
                            tokens.get(i));
            tints[i] = tint.equals("") ? 0 : Float.parseFloat((String) tint);
        }
        return tints;
    }

    private static int strongest(float[] weights) {
        int strongest = 0;
        for (int i = 1; i < weights.length; i++) {
            strongest = weights[i] > weights[strongest] ? i : strongest;
        }
        return strongest;
    }

    private static float[][] mean(float[][][] weights) {
        float[][] mean = new float[weights[0].length][weights[0][0].length];
        for (float[][] head : weights) {
            for (int i = 0; i < mean.length; i++) {
                for (int j = 0; j < mean[i].length; j++) {
                    mean[i][j] += head[i][j] / weights.length;
                }
            }
        }
        return mean;
    }

    private static double said(String start) {
        assertTrue(browser.said().startsWith(start), browser.said());
        return lastNumber(browser.said());
    }

    private static double lastNumber(String text) {
        return Double.parseDouble(text.substring(text.lastIndexOf(' ') + 1));
    }
}
