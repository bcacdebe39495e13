package org.attn4j.visual.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Tests of pages in a browser, which is started once; skipped where there is none. */
public abstract class BrowserTest {

    /** Where the pages go. */
    @TempDir protected static Path folder;

    protected static Browser browser;

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start();
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.close();
            browser = null;
        }
    }

    /** By no page, whatever was done with it. */
    @AfterEach
    void nothingWasComplainedOfNorRequested() {
        assertEquals(List.of(), browser.complaints());
        List<String> elsewhere =
                browser.requests().stream().filter(it -> !it.startsWith("file:")).toList();
        assertEquals(List.of(), elsewhere);
    }
}
