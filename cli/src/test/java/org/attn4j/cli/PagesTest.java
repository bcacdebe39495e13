package org.attn4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.compare.SampleComparison;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.visual.browser.BrowserTest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages that verbs write, in Chromium. */
class PagesTest extends BrowserTest {

    /** Words, as long as a lesson has them at most. */
    private static final String HOSTILE =
            "<script>alert(1)</script> \"><img/src=x/onerror=alert(1)>";

    private static final String GOLDENS = "../transformer-models/src/test/resources/goldens/";
    private static final String CLASSIFIER = GOLDENS + "tasks/bert_classify";
    private static final String TRANSLATOR = GOLDENS + "generation/texts/marian_text";

    @BeforeAll
    static void write() throws IOException {
        done("explain", HOSTILE, "--html", file("explain"));
        done("explain", "why", "--html", file("why"));
        done("attribute", "--model", CLASSIFIER, HOSTILE, "--html", file("attribute"));
        done("attribute", "--model", TRANSLATOR, HOSTILE, "--html", file("attribute-written"));
        Path run = folder.resolve("run");
        train(run, "0.001");
        done("ablate", "--model", run.toString(), "--metric", "loss", "--out", file("ablate"));
        Path other = folder.resolve("other");
        train(other, "0.0011");
        spoil(run);
        spoil(other);
        done("report", run.toString(), "--out", file("report"));
        done("report", run.toString(), other.toString(), "--out", file("reports"));
        Files.writeString(Path.of(file("compare")), SampleComparison.page(HOSTILE).toHtml());
    }

    private static String file(String page) {
        return folder.resolve(page + ".html").toString();
    }

    private static void train(Path run, String rate) {
        Outcome outcome = Cli.trainTiny(run, "--set", "training.learningRate=" + rate);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
    }

    private static void done(String... args) {
        Outcome outcome = Cli.run(args);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
    }

    /** Puts markup where a run keeps text. */
    private static void spoil(Path run) throws IOException {
        Path samples = run.resolve("training/samples.jsonl");
        String spoilt = HOSTILE.replace("\"", "\\\"");
        Files.writeString(
                samples,
                Files.readString(samples)
                        .replaceAll(
                                "\"(output)\":\"[^\"]*\"",
                                Matcher.quoteReplacement("\"output\":\"" + spoilt + "\"")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "explain",
                "why",
                "attribute",
                "attribute-written",
                "ablate",
                "report",
                "reports",
                "compare"
            })
    void isAccessible(String page) {
        for (String scheme : List.of("light", "dark")) {
            browser.prefer(scheme);
            browser.open(Path.of(file(page)));
            browser.run("document.querySelectorAll('details').forEach(it => it.open = true);");
            assertEquals(List.of(), browser.violations(), scheme);
        }
        browser.prefer("light");
        browser.whileNarrow(
                () -> {
                    assertFalse(browser.scrollsToTheSide(), "the page scrolls to the side");
                    assertEquals(List.of(), browser.violations(), "narrow");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"explain", "attribute", "attribute-written", "report", "reports", "compare"})
    void markupIsShownAsText(String page) {
        browser.open(Path.of(file(page)));
        String shown = browser.text("body");
        for (String word : HOSTILE.split(" ")) {
            assertTrue(shown.contains(word), word);
        }
        assertEquals(List.of(), browser.all("img"));
        assertTrue(browser.all("script").size() <= 1, "that of the charts");
    }
}
