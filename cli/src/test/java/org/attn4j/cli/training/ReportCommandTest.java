package org.attn4j.cli.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.models.training.RunDirectory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class ReportCommandTest {

    @TempDir private static Path trained;

    @TempDir private Path folder;
    private Path run;
    private Path page;

    @BeforeAll
    static void train() {
        Outcome outcome = Cli.trainTiny(trained.resolve("run"));
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
    }

    @BeforeEach
    void copy() throws IOException {
        run = folder.resolve("run");
        page = run.resolve("training/report.html");
        try (Stream<Path> files = Files.walk(trained)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = folder.resolve(trained.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    private static Outcome report(Path... folders) {
        List<String> args = new ArrayList<>(List.of("report", "--engine", Cli.ENGINE));
        Arrays.stream(folders).map(Path::toString).forEach(args::add);
        return Cli.run(args.toArray(String[]::new));
    }

    private String again() throws IOException {
        Outcome outcome = report(run);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        assertEquals("report  " + page + "\n", outcome.out());
        return Files.readString(page);
    }

    private Map<Path, String> files() throws IOException {
        Map<Path, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(run)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(
                        run.relativize(file),
                        Arrays.hashCode(Files.readAllBytes(file))
                                + " "
                                + Files.getLastModifiedTime(file));
            }
        }
        files.remove(run.relativize(page));
        return files;
    }

    private static void refused(Outcome outcome, String sentence) {
        assertEquals(ExitCode.USAGE, outcome.code(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains(sentence), outcome.err());
    }

    @Test
    void makesThePageOfTrainAgainAndTouchesNothingElse() throws IOException {
        String first = Files.readString(page);
        Map<Path, String> before = files();
        Files.delete(page);
        assertEquals(first, again());
        assertEquals(before, files());
    }

    @Test
    void showsARunThatIsGoingOn() throws IOException {
        RunDirectory directory = new RunDirectory(run);
        List<String> lines = Files.readAllLines(directory.metrics());
        // Seven steps and the validation of the sixth, then half a line.
        Files.writeString(
                directory.metrics(),
                String.join("\n", lines.subList(0, 8)) + "\n" + lines.get(8).substring(0, 40));
        Files.delete(run.resolve("model.safetensors"));
        String html = again();
        for (String shown :
                List.of(
                        "<th scope=\"row\">state</th><td>not ended: it is going on, or was killed</td>",
                        "<th scope=\"row\">last validation BLEU (points of 100)</th>",
                        "<th scope=\"row\">best validation</th><td>step 6</td>",
                        "<th scope=\"row\">steps</th><td>7</td>",
                        "The last line of the metrics is half written and was passed over.",
                        "The model itself is shown when the run has ended.",
                        "Loss in nats per token by step. training: ")) {
            assertTrue(html.contains(shown), shown);
        }
        assertFalse(html.contains("Translations of the test set"));
    }

    /** As of a run of an older version, which left no record of its ending. */
    @Test
    void aRunThatLeftAModelAndNoEndingIsNotSaidToGoOn() throws IOException {
        Files.delete(run.resolve("training/ending.json"));
        String html = again();
        for (String shown :
                List.of(
                        "<td>no ending is recorded: it left a model, as a run does when it ends</td>",
                        "<th scope=\"row\">last validation BLEU (points of 100)</th>",
                        "Translations of the test set")) {
            assertTrue(html.contains(shown), shown);
        }
        Files.delete(run.resolve("model.safetensors"));
        assertTrue(again().contains("not ended: it is going on, or was killed"), "no ending");
    }

    @Test
    void aDamagedLineIsNamed() throws IOException {
        Path metrics = new RunDirectory(run).metrics();
        List<String> lines = new ArrayList<>(Files.readAllLines(metrics));
        lines.set(2, "{\"event\":\"step\"");
        Files.write(metrics, lines);
        Outcome outcome = report(run);
        assertEquals(ExitCode.FAILED, outcome.code());
        assertTrue(outcome.err().contains("metrics.jsonl: line 3 is not JSON"), outcome.err());
        lines.set(2, "{\"event\":\"step\",\"step\":\"three\"}");
        Files.write(metrics, lines);
        Outcome other = report(run);
        assertEquals(ExitCode.FAILED, other.code());
        assertTrue(other.err().contains("line 3 tells of no step"), other.err());
    }

    @Test
    void aRunThatLostItsTestDataStillHasAPage() throws IOException {
        Path config = run.resolve("training/config.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("corpus: copy", "corpus: files")
                        .replace("folder: ''", "folder: gone"));
        String html = again();
        assertTrue(html.contains("The model itself cannot be shown: "), html);
        assertTrue(html.contains("Loss in nats per token by step."), html);
    }

    @Test
    void whatFilesSayIsShownAsText() throws IOException {
        String hostile = "<script>alert(1)</script>\"><img onerror='x'>";
        Path config = run.resolve("training/config.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        .replaceFirst("name: .*", "name: " + hostile.replace("\"", "")));
        Files.writeString(
                run.resolve("training/samples.jsonl"),
                """
                {"step": 6, "samples": [{"input": "%1$s", "expected": "%1$s", "output": "%1$s"}],
                """
                                .formatted(hostile.replace("\"", "\\\""))
                                .strip()
                        + " \"attention_entropy\": {\"%s\": 1.5}}\n"
                                .formatted(hostile.replace("\"", "\\\"")));
        Path metrics = new RunDirectory(run).metrics();
        Files.writeString(
                metrics,
                Files.readString(metrics)
                        .replace("\"bleu\"", "\"" + hostile.replace("\"", "\\\"") + "\""));
        String html = again();
        assertTrue(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;&lt;img"), html);
        assertFalse(html.contains("<script>alert"), html);
        assertFalse(html.contains("<img"), html);
    }

    @Test
    void severalRunsAreShownOverEachOther() throws IOException {
        Path other = folder.resolve("other");
        Outcome trained = Cli.trainTiny(other, "--set", "training.learningRate=0.0011");
        assertEquals(ExitCode.DONE, trained.code(), trained.err());
        Path both = folder.resolve("both.html");
        Outcome outcome =
                Cli.run("report", run.toString(), other.toString(), "--out", both.toString());
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        String html = Files.readString(both);
        for (String shown :
                List.of(
                        "<tr><td></td><th scope=\"col\">run</th><th scope=\"col\">other</th></tr>",
                        "<tr><td>steps</td><td>12</td><td>12</td></tr>",
                        "Training loss in nats per token by step. run: ",
                        "Samples of the last validation",
                        "<td>training.learningRate</td>",
                        "<td>0.0011</td>")) {
            assertTrue(html.contains(shown), shown);
        }
        assertFalse(html.contains("<td>training.warmupSteps</td>"), "which is the same");
        assertFalse(html.contains("<td>name</td>"), "which is the same");
    }

    @Test
    void whatIsNoRunIsRefusedInOneSentence() throws IOException {
        refused(report(folder.resolve("nowhere")), "nowhere is no folder of a training run");
        refused(report(folder), "holds no training run: there is no ");
        refused(
                Cli.run("report", run.toString(), "--out", "/missing/x.html"),
                "--out: there is no folder /missing");
        refused(report(run, run), "needs a file: name it by --out");
        refused(
                Cli.run(
                        "report",
                        run.toString(),
                        run.toString(),
                        "--out",
                        folder.resolve("x.html").toString()),
                "is given twice");
        Files.writeString(
                new RunDirectory(run).metrics(), "", StandardOpenOption.TRUNCATE_EXISTING);
        refused(report(run), "the run has made no step yet");
        assertFalse(Files.exists(folder.resolve("x.html")));
    }
}
