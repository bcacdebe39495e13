package org.attn4j.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.visual.browser.BrowserTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** A page with every kind of section in Chromium. */
class ReportPageTest extends BrowserTest {

    private static final Curve TRAINING =
            new Curve(
                    "training",
                    List.of(
                            new Curve.Point(1, 4.5),
                            new Curve.Point(5, 2.5),
                            new Curve.Point(9, 0.5)));

    private static final Curve VALIDATION =
            new Curve("<b>&amp;", List.of(new Curve.Point(5, 2.25), new Curve.Point(9, 1.75)));

    private static void open(Report report) throws IOException {
        Path page = folder.resolve("page.html");
        Files.writeString(page, report.toHtml());
        browser.open(page);
    }

    private static void openCharts() throws IOException {
        LineChart both = new LineChart("Loss", "step", "nats", List.of(TRAINING, VALIDATION));
        open(new Report("r", List.of(new Section.Curves("", "", List.of(both, both)))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everySectionPasses(String scheme) throws IOException {
        browser.prefer(scheme);
        open(ReportTest.REPORT);
        assertEquals(List.of(), browser.violations());
        browser.run("document.querySelectorAll('details').forEach(it => it.open = true);");
        assertEquals(List.of(), browser.violations(), "with all tables open");
        browser.prefer("light");
    }

    /** Halfway between the steps 0 and 9, of 1, 5 and 9 the middle one is nearest. */
    @Test
    void thePointerReadsTheValuesOfTheTable() throws IOException {
        openCharts();
        browser.hover(browser.one("figure.chart > svg")); // in the middle of 480
        assertEquals("step 5: training 2.5, <b>&amp; 2.25", readout(1));
        assertEquals("", readout(2));
    }

    @Test
    void theKeyboardReadsTheValuesOfTheTable() throws IOException {
        openCharts();
        browser.press(Keys.TAB);
        assertEquals("step 9: training 0.5, <b>&amp; 1.75", readout(1));
        browser.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT);
        String first = "step 1: training 4.5, <b>&amp; 2.25 (step 5)"; // where the other begins
        assertEquals(first, readout(1));
        assertEquals(
                first,
                browser.run("return document.activeElement.ariaValueText;"),
                "a screen reader is told");
        browser.press(Keys.TAB, Keys.ENTER);
        assertTrue(browser.one("details").getDomProperty("open").equals("true"), "the table");
    }

    private static String readout(int chart) {
        return browser.text("figure.chart:nth-of-type(" + chart + ") .readout");
    }

    @Test
    void theScoreOfATokenIsShownWhereTheKeyboardIs() throws IOException {
        open(
                new Report(
                        "r",
                        List.of(
                                new Section.Scores(
                                        "", "", List.of("a", "b"), new double[] {1, -0.5}))));
        WebElement number = browser.all(".token .number").get(1);
        assertEquals("0", number.getCssValue("opacity"));
        browser.press(Keys.TAB, Keys.TAB);
        assertEquals("1", number.getCssValue("opacity"));
        assertEquals("-0.5000", number.getText().strip());
    }

    @Test
    void aNarrowScreenNeedsNoScrollingToTheSide() throws IOException {
        open(ReportTest.REPORT);
        browser.whileNarrow(
                () -> {
                    assertFalse(browser.scrollsToTheSide());
                    assertEquals(
                            List.of(), browser.violations(), "what scrolls is reached by keys");
                });
    }
}
