package org.attn4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionPage.View;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What examples draw is what their blocks attended to. */
@Tag("engine")
class ExamplePagesTest {

    private static final Pattern CELL = Pattern.compile("<rect[^>]* y=\"(\\d+)\".*<title>([^<]+)<");
    private static final Pattern PERCENT = Pattern.compile("(\\d+) %");
    private static final Pattern SENTENCE = Pattern.compile("^  (\\d\\.\\d\\d)  .*");
    private static final Pattern WORD = Pattern.compile("\\((\\d\\.\\d\\d)\\)");

    private static ExampleResult run(String name, double effort) {
        Engine engine = Engine.getEngine(System.getProperty("attn4j.engine", "PyTorch"));
        ExampleSettings settings = new ExampleSettings(engine, Device.cpu(), 1, effort);
        return Examples.named(name).run(settings, line -> {});
    }

    @ParameterizedTest
    @CsvSource({
        "hard-attention, position, picture 1|picture 2|picture 3, 1",
        "local-alignment, window, local-m|local-p, 0", // the Gaussian takes from the softmax
        "local-alignment, weights, global, 1",
        "adaptive-span, weights, near|far, 1",
        "sentinel, weights, sentinel, 1",
        "hierarchical, levels, words|sentences, 1",
        "temporal, series, time axis|temporal attention, 1",
        "temporal, weights, input attention, 1",
        "memory, hops, 'one supporting fact, hop 1|two supporting facts, hop 3', 1",
        "latent, weights, multi-head.0|multi-head.1|latent.0|latent.1, 1"
    })
    void everyQueryGivesAWeightOfOneAwayAtMost(
            String name, String drawing, String sites, double least) {
        AttentionPage page = run(name, 0.001).page();
        assertTrue(page.toHtml().contains("\"drawing\":\"" + drawing + "\""), name);
        for (String site : sites.split("\\|")) {
            for (double sum : rows(page.toSvg(site, 0, View.MATRIX))) {
                // 64 weights at most, each rounded to 0.00005
                assertTrue(sum >= least - 0.0032 && sum <= 1.0032, site + " " + sum);
            }
        }
    }

    /** The sums of the rows. */
    private static List<Double> rows(String svg) {
        List<Double> sums = new ArrayList<>();
        String row = "";
        for (Matcher cell = CELL.matcher(svg); cell.find(); ) {
            if (!cell.group(1).equals(row)) {
                sums.add(0.0);
                row = cell.group(1);
            }
            int last = sums.size() - 1;
            sums.set(last, sums.get(last) + Double.parseDouble(cell.group(2)));
        }
        assertTrue(!sums.isEmpty());
        return sums;
    }

    private static List<Double> weights(AttentionPage page, String site) {
        return CELL.matcher(page.toSvg(site, 0, View.MATRIX))
                .results()
                .map(it -> Double.parseDouble(it.group(2)))
                .toList();
    }

    @Test
    void thePageOfTheMemoryHoldsWhatTheTextShows() {
        ExampleResult result = run("memory", 0.001);
        List<String> facts =
                result.lines().stream().filter(it -> PERCENT.matcher(it).find()).toList();
        for (int hop = 1; hop <= 3; hop++) {
            List<Double> drawn = weights(result.page(), "one supporting fact, hop " + hop);
            for (int fact = 0; fact < drawn.size(); fact++) {
                String line = facts.get(1 + fact); // the first tells the accuracy
                Matcher told = PERCENT.matcher(line);
                for (int i = 0; i < hop; i++) {
                    assertTrue(told.find(), line);
                }
                // one is rounded to 1 %, the other to 0.01 %
                assertEquals(Integer.parseInt(told.group(1)), 100 * drawn.get(fact), 0.51, line);
            }
        }
    }

    @Test
    void thePageOfTheReviewHoldsWhatTheTextShows() {
        ExampleResult result = run("hierarchical", 0.001);
        List<Double> sentences = new ArrayList<>();
        List<Double> words = new ArrayList<>();
        for (String line : result.lines()) {
            Matcher sentence = SENTENCE.matcher(line);
            if (sentence.matches()) {
                sentences.add(Double.parseDouble(sentence.group(1)));
                WORD.matcher(line)
                        .results()
                        .forEach(it -> words.add(Double.parseDouble(it.group(1))));
            }
        }
        assertSame(sentences, weights(result.page(), "sentences"));
        // the text names the weights of words from 0.1 on
        assertSame(
                words, weights(result.page(), "words").stream().filter(it -> it >= 0.1).toList());
    }

    private static void assertSame(List<Double> told, List<Double> drawn) {
        assertEquals(told.size(), drawn.size());
        // two digits in the text, four on the page
        IntStream.range(0, told.size())
                .forEach(i -> assertEquals(told.get(i), drawn.get(i), 0.0051));
    }
}
