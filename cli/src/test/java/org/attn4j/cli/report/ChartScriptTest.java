package org.attn4j.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads charts in Chromium, where there is one. */
class ChartScriptTest {

    private static final Curve TRAINING =
            new Curve(
                    "training",
                    List.of(
                            new Curve.Point(1, 4.5),
                            new Curve.Point(5, 2.5),
                            new Curve.Point(9, 0.5)));

    private static final Curve VALIDATION =
            new Curve("<b>&amp;", List.of(new Curve.Point(5, 2.25), new Curve.Point(9, 1.75)));

    /** Points halfway between steps 0 and 9 of the first chart, and moves the second's slider. */
    private static final String READER =
            """
            <script type="module">
            const [one, two] = document.querySelectorAll("figure.chart");
            const box = one.querySelector(":scope > svg").getBoundingClientRect();
            one.querySelector(":scope > svg").dispatchEvent(new PointerEvent("pointermove",
                { clientX: box.left + box.width * (72 + 394 / 2) / 480, clientY: box.top + 9 }));
            const slider = two.querySelector("input");
            slider.value = 0;
            slider.dispatchEvent(new Event("input"));
            </script></body>
            """;

    @TempDir private Path folder;

    private static Optional<Path> chromium() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(
                        path ->
                                Stream.of("chromium", "chromium-browser")
                                        .map(Path.of(path)::resolve))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private String read(Report report) throws IOException {
        Optional<Path> chromium = chromium();
        assumeTrue(chromium.isPresent(), "there is no Chromium on the path");
        Path page = folder.resolve("page.html");
        Files.writeString(page, report.toHtml().replace("</body>", READER));
        Process process =
                new ProcessBuilder(
                                chromium.get().toString(),
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--user-data-dir=" + folder.resolve("profile"),
                                "--virtual-time-budget=2000",
                                "--dump-dom",
                                page.toUri().toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void thePointerAndTheSliderReadTheValuesOfTheTable() throws IOException {
        LineChart both = new LineChart("Loss", "step", "nats", List.of(TRAINING, VALIDATION));
        String dom =
                read(new Report("r", List.of(new Section.Curves("", "", List.of(both, both)))));
        List<String> readouts =
                Pattern.compile("<p class=\"readout\">(.*?)</p>")
                        .matcher(dom)
                        .results()
                        .map(result -> result.group(1))
                        .toList();
        // Of the steps 1, 5 and 9 the middle one is nearest to 4.5; validation has no step 1.
        assertEquals(
                List.of(
                        "step 5: training 2.5, &lt;b&gt;&amp;amp; 2.25",
                        "step 1: training 4.5, &lt;b&gt;&amp;amp; 2.25 (step 5)"),
                readouts);
        assertTrue(
                dom.contains("aria-valuetext=\"step 5: training 2.5, "), "a screen reader is told");
    }
}
