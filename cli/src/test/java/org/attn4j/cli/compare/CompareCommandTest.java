package org.attn4j.cli.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.training.TrainingTasks;
import org.attn4j.models.training.StopSignal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import picocli.CommandLine;

@Tag("engine")
class CompareCommandTest {

    @TempDir private Path folder;

    private Outcome compare(String mechanisms, String... more) {
        List<String> args = new ArrayList<>(List.of("compare", "copy"));
        args.addAll(Cli.TINY);
        args.addAll(List.of("--mechanisms", mechanisms, "--max-steps", "4"));
        args.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1"));
        args.addAll(List.of("--runs", folder.resolve("runs").toString()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    @Test
    void trainsAndMeasuresEachAndGoesOnWithoutThoseThatAreDone() throws Exception {
        Path report = folder.resolve("report.html");
        Outcome first =
                compare("multi-head", "--places", "self", "--json", "--kernels", "reference");
        assertEquals(ExitCode.DONE, first.code(), first.err());
        JsonObject row = json(first.out()).getAsJsonArray("rows").get(0).getAsJsonObject();
        assertEquals("[\"encoder-self\",\"decoder-self\"]", row.get("places").toString());
        assertEquals(4, row.get("steps").getAsLong());
        assertEquals("kernels=reference", row.get("kernels").getAsString());
        assertTrue(row.get("tokensPerSecond").getAsDouble() > 0);
        assertTrue(row.get("loss").getAsDouble() > 0);
        assertTrue(row.get("bleu").getAsDouble() >= 0);
        // At most 4 or 5 keys are seen: the entropy is below ln 6.
        assertTrue(row.get("entropy").getAsDouble() < Math.log(6));
        if (Files.exists(Path.of("/proc/self/status"))) {
            long nativeBytes = row.get("peakNativeBytes").getAsLong();
            assertTrue(nativeBytes > 20_000_000, "the engine alone takes more: " + nativeBytes);
            assertTrue(nativeBytes < row.get("peakResidentBytes").getAsLong());
        }
        Path model = folder.resolve("runs").resolve("multi-head");
        FileTime written = Files.getLastModifiedTime(model.resolve("model.safetensors"));

        Outcome again = compare("multi-head", "--places", "self");
        assertEquals(ExitCode.USAGE, again.code());
        assertTrue(again.err().contains("go on with --resume"), again.err());

        Outcome both =
                compare(
                        "multi-head,dot-product",
                        "--places",
                        "self",
                        "--resume",
                        "--kernels",
                        "reference",
                        "--out",
                        report.toString());
        assertEquals(ExitCode.DONE, both.code(), both.err());
        assertEquals(written, Files.getLastModifiedTime(model.resolve("model.safetensors")));
        List<String> lines = both.out().lines().toList();
        assertTrue(lines.get(0).startsWith("mechanism"), both.out());
        assertTrue(lines.get(1).startsWith("multi-head "), both.out());
        assertTrue(lines.get(2).startsWith("dot-product "), both.out());
        assertTrue(lines.get(2).endsWith("encoder-self, decoder-self"), both.out());

        String html = Files.readString(report);
        String body = html.substring(html.indexOf("<body>"), html.indexOf("</html>"));
        var document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(body)));
        assertTrue(document.getElementsByTagName("svg").getLength() >= 6, html);
        Element rows = (Element) document.getElementsByTagName("table").item(0);
        assertEquals(3, rows.getElementsByTagName("tr").getLength());
    }

    @Test
    void refusesWhatFitsNowhereBeforeAnythingIsTrained() {
        Outcome outcome = compare("multi-head,hierarchical");
        assertEquals(ExitCode.USAGE, outcome.code());
        assertTrue(outcome.err().contains("hierarchical"), outcome.err());
        assertTrue(outcome.err().lines().count() == 1, outcome.err());
        assertFalse(Files.exists(folder.resolve("runs")));

        Outcome unknown = compare("multi-haed");
        assertEquals(ExitCode.USAGE, unknown.code());
        assertTrue(unknown.err().contains("multi-head"), unknown.err());

        Outcome option = compare("{mechanism: grouped-query, keyValueHeads: 3}");
        assertEquals(ExitCode.USAGE, option.code());
        assertTrue(option.err().contains("keyValueHeads=3"), option.err());

        Outcome place = compare("multi-head", "--places", "memory");
        assertEquals(ExitCode.USAGE, place.code());
        assertTrue(place.err().contains("unknown place 'memory'"), place.err());
        assertFalse(Files.exists(folder.resolve("runs")));
    }

    /** One that fails leaves its reason, and the others their rows. */
    @Test
    void keepsTheRowsOfOthersWhenOneFails() throws Exception {
        Path runs = Files.createDirectories(folder.resolve("runs"));
        Files.writeString(runs.resolve("dot-product"), "in the way of a model directory");
        Outcome outcome = compare("dot-product,multi-head", "--places", "cross");
        assertEquals(ExitCode.FAILED, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("dot-product failed: "), outcome.out());
        assertTrue(outcome.out().lines().anyMatch(line -> line.startsWith("multi-head ")));
    }

    @Test
    void anInterruptedComparisonKeepsTheRowsThatAreDone() throws Exception {
        TranslationConfig config =
                TrainingTasks.readTranslation(
                                "copy",
                                Cli.TINY.stream().filter(each -> !each.equals("--set")).toList())
                        .limited(4L, null)
                        .config();
        EngineOptions engine =
                CommandLine.populateCommand(
                        new EngineOptions(), "--engine", Cli.ENGINE, "--threads", "1");
        Path runs = folder.resolve("runs");
        StopSignal stop = new StopSignal();
        StringWriter said = new StringWriter();
        PrintWriter err =
                new PrintWriter(said) {
                    @Override
                    public void println(String line) {
                        super.println(line);
                        if (said.toString().contains("(2 of 2)")) {
                            stop.request();
                        }
                    }
                };
        List<Contender> contenders =
                Contender.parse("multi-head,dot-product", Contender.slots(List.of("cross")));
        Path report = runs.resolve("report.html");
        ComparisonResult result =
                new Comparison(config, engine, runs, false, err).run(contenders, stop, report);
        assertEquals(1, result.rows().size(), said.toString());
        assertTrue(result.failures().isEmpty(), result.failures().toString());
        assertEquals("multi-head", ComparedRow.read(runs.resolve("multi-head.json")).label());
        assertFalse(Files.exists(runs.resolve("dot-product.json")));
        assertTrue(Files.readString(report).contains("multi-head"));
    }
}
