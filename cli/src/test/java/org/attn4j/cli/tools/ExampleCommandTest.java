package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.examples.Example;
import org.attn4j.examples.Examples;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class ExampleCommandTest {

    @Test
    void allAreListed() {
        Outcome list = Cli.run("example");
        assertEquals(ExitCode.DONE, list.code(), list.err());
        for (Example example : Examples.all()) {
            assertTrue(list.out().contains(example.summary()), example.name());
        }
        JsonObject json =
                JsonParser.parseString(Cli.run("example", "--json").out()).getAsJsonObject();
        assertEquals(
                Examples.all().stream().map(Example::name).toList(),
                json.keySet().stream().toList());
    }

    @Test
    void oneIsRun() {
        String name = Examples.all().get(0).name();
        Outcome outcome =
                Cli.run(
                        "example",
                        name,
                        "--effort",
                        "0.01",
                        "--seed",
                        "3",
                        "--json",
                        "--engine",
                        Cli.ENGINE,
                        "--threads",
                        "1");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        JsonObject json = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertEquals(name, json.get("example").getAsString());
        assertEquals(3, json.get("seed").getAsInt());
        assertEquals(Cli.ENGINE, json.get("engine").getAsString());
        assertFalse(json.getAsJsonObject("figures").isEmpty());
    }

    @Test
    void aPageIsWritten(@TempDir Path folder) throws IOException {
        Path page = folder.resolve("page.html");
        Outcome outcome =
                Cli.run(
                        "example",
                        "hierarchical",
                        "--effort",
                        "0.01",
                        "--html",
                        page.toString(),
                        "--engine",
                        Cli.ENGINE);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        assertTrue(outcome.out().endsWith(page + System.lineSeparator()), outcome.out());
        assertTrue(Files.readString(page).contains("Hierarchical attention reads a review"));
    }

    @Test
    void aPageThatCannotBeWrittenIsRefusedBeforeTheTraining(@TempDir Path folder) {
        Path missing = folder.resolve("missing/page.html");
        Outcome outcome = Cli.run("example", "hierarchical", "--html", missing.toString());
        assertEquals(ExitCode.USAGE, outcome.code());
        assertEquals(
                "attn4j: --html: there is no folder " + missing.getParent(), outcome.err().strip());
        Outcome picture = Cli.run("example", "hierarchical", "--html", "page.svg");
        assertEquals("attn4j: --html must end in .html, got page.svg", picture.err().strip());
        assertEquals(ExitCode.USAGE, Cli.run("example", "--html", "page.html").code());
    }

    @Test
    void whatIsWrongIsNamed() {
        Outcome unknown = Cli.run("example", Examples.all().get(0).name() + "x");
        assertEquals(ExitCode.USAGE, unknown.code());
        assertTrue(unknown.err().contains("did you mean"), unknown.err());
        Outcome effort =
                Cli.run(
                        "example",
                        Examples.all().get(0).name(),
                        "--effort",
                        "2",
                        "--engine",
                        Cli.ENGINE);
        assertEquals(ExitCode.USAGE, effort.code());
        assertTrue(effort.err().contains("effort must be above 0 and at most 1"), effort.err());
    }
}
