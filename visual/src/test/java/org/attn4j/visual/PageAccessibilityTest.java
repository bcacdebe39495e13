package org.attn4j.visual;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The rules of WCAG 2, levels A and AA, that axe-core can check. */
class PageAccessibilityTest {

    private static final String AXE =
            """
            const done = arguments[arguments.length - 1];
            axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
               .then(found => done(found.violations.flatMap(it => it.nodes.map(node =>
                   it.id + " " + node.html.slice(0, 200) + " " + node.failureSummary))));
            """;

    @TempDir private static Path folder;

    private static Browser browser;
    private static Path model;
    private static Path papers;

    @BeforeAll
    static void start() throws IOException {
        browser = Browser.start();
        model = folder.resolve("model.html");
        papers = folder.resolve("papers.html");
        SamplePages.model().write(model);
        SamplePages.papers().write(papers);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everyViewPasses(String scheme) throws IOException {
        open(model, scheme);
        for (String view :
                List.of("head", "model", "matrix", "flow", "neuron", "rollout", "diff")) {
            browser.view(view);
            if (List.of("model", "diff").contains(view)) {
                browser.waitUntilComplete();
            } else if (!view.equals("head")) {
                browser.one(".plot").sendKeys(Keys.ARROW_DOWN, Keys.ENTER);
            }
            assertEquals(List.of(), violations(), view);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everyPaperViewPasses(String scheme) throws IOException {
        open(papers, scheme);
        int drawings = browser.all("#stack option").size();
        for (int i = 1; i <= drawings; i++) {
            browser.click("#stack option:nth-child(" + i + ")");
            assertEquals(List.of(), violations(), "drawing " + i);
        }
    }

    /** Or all above passes whatever the page is. */
    @Test
    void axeFindsWhatIsWrong() throws IOException {
        open(model, "light");
        browser.view("head");
        browser.run("document.querySelector('[role=listbox]').removeAttribute('aria-label');");
        assertEquals(1, violations().size());
    }

    private static void open(Path page, String scheme) throws IOException {
        browser.open(page);
        browser.prefer(scheme);
        browser.run(axe());
    }

    private static List<?> violations() {
        return (List<?>) browser.runAsync(AXE);
    }

    private static String axe() throws IOException {
        try (InputStream in =
                PageAccessibilityTest.class.getResourceAsStream(
                        "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
