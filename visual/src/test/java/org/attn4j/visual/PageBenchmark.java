package org.attn4j.visual;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.attn4j.visual.browser.Browser;

/**
 * How long a page of BERT's size, 512 tokens in 12 layers of 12 heads, takes to write, to open and
 * to answer a pointer. A page can be given instead.
 */
final class PageBenchmark {

    private static final String OPENED =
            "return performance.getEntriesByName('drawn')[0].startTime;";

    /** From the event to the frame that shows what it changed. */
    private static final String HOVER =
            """
            const done = arguments[arguments.length - 1];
            const target = document.querySelectorAll(".query li")[arguments[0]];
            target.scrollIntoView({block: "center"});
            requestAnimationFrame(() => setTimeout(() => {
              const begin = performance.now();
              target.dispatchEvent(new PointerEvent("pointerover", {bubbles: true}));
              const computed = performance.now() - begin;
              requestAnimationFrame(() => setTimeout(() => done([computed, performance.now() - begin])));
            }, 50));
            """;

    private PageBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path page = arguments.length > 0 ? Path.of(arguments[0]) : written();
        System.out.printf("size: %.2f MB%n", Files.size(page) / 1e6);
        try (Browser browser = Browser.start()) {
            double[] opened = new double[5];
            for (int i = 0; i < opened.length; i++) {
                browser.open(page);
                opened[i] = ((Number) browser.run(OPENED)).doubleValue();
            }
            print("open until drawn", opened);
            for (String head : new String[] {"[aria-label='head 5']", "button:first-of-type"}) {
                browser.click(".heads " + head);
                hover(browser, head);
            }
        }
    }

    private static Path written() throws IOException {
        Path page = Files.createTempFile("large", ".html");
        page.toFile().deleteOnExit();
        AttentionPage large = SamplePages.large(12);
        long begin = System.nanoTime();
        large.write(page);
        System.out.printf("write: %.1f s%n", (System.nanoTime() - begin) / 1e9);
        return page;
    }

    private static void hover(Browser browser, String heads) {
        double[] computed = new double[20];
        double[] shown = new double[20];
        for (int i = 0; i < 20; i++) {
            List<?> times = (List<?>) browser.runAsync(HOVER, 10 + 20 * i);
            computed[i] = ((Number) times.get(0)).doubleValue();
            shown[i] = ((Number) times.get(1)).doubleValue();
        }
        print("hover computed, " + heads, computed);
        print("hover until shown, " + heads, shown);
    }

    private static void print(String what, double[] milliseconds) {
        Arrays.sort(milliseconds);
        System.out.printf(
                "%s: median %.0f ms, least %.0f, most %.0f%n",
                what,
                milliseconds[milliseconds.length / 2],
                milliseconds[0],
                milliseconds[milliseconds.length - 1]);
    }
}
