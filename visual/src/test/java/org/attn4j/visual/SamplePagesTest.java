package org.attn4j.visual;

import java.io.IOException;
import java.nio.file.Path;
import org.attn4j.visual.browser.BrowserTest;
import org.junit.jupiter.api.BeforeAll;

/** Tests of the sample pages in a browser. */
abstract class SamplePagesTest extends BrowserTest {

    static Path model;
    static Path papers;

    @BeforeAll
    static void write() throws IOException {
        model = folder.resolve("model.html");
        papers = folder.resolve("papers.html");
        SamplePages.model().write(model);
        SamplePages.papers().write(papers);
    }
}
