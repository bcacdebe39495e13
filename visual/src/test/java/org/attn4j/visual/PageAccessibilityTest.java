package org.attn4j.visual;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** Every view by the rules of axe-core, in light and dark. */
class PageAccessibilityTest extends SamplePagesTest {

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everyViewPasses(String scheme) {
        open(model, scheme);
        for (String view :
                List.of("head", "model", "matrix", "flow", "neuron", "rollout", "diff")) {
            browser.view(view);
            if (List.of("model", "diff").contains(view)) {
                browser.waitUntilComplete();
            } else if (!view.equals("head")) {
                browser.one(".plot").sendKeys(Keys.ARROW_DOWN, Keys.ENTER);
            }
            assertEquals(List.of(), browser.violations(), view);
        }
    }

    @Test
    void aNarrowScreenPasses() {
        open(model, "light");
        browser.whileNarrow(
                () -> {
                    for (String view :
                            List.of(
                                    "head", "model", "matrix", "flow", "neuron", "rollout",
                                    "diff")) {
                        browser.view(view);
                        assertEquals(List.of(), browser.violations(), view);
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everyPaperViewPasses(String scheme) {
        open(papers, scheme);
        int drawings = browser.all("#stack option").size();
        for (int i = 1; i <= drawings; i++) {
            browser.click("#stack option:nth-child(" + i + ")");
            assertEquals(List.of(), browser.violations(), "drawing " + i);
        }
    }

    /** Or all above passes whatever the page is. */
    @Test
    void axeFindsWhatIsWrong() {
        open(model, "light");
        browser.view("head");
        browser.run("document.querySelector('[role=listbox]').removeAttribute('aria-label');");
        assertEquals(1, browser.violations().size());
    }

    private static void open(Path page, String scheme) {
        browser.prefer(scheme);
        browser.open(page);
    }
}
