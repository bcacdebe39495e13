package org.attn4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attn4j.cli.io.Commands;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Failures;
import org.attn4j.cli.tools.BenchCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The verb with its benchmarks. */
class EngineBenchmarksTest {

    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine command =
                Commands.parser(new BenchCommand())
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setParameterExceptionHandler(Failures::onWrongUsage);
        return command.execute(args);
    }

    private void assertRefused(String expected, String... args) {
        assertEquals(ExitCode.USAGE, run(args), err.toString());
        assertTrue(err.toString().contains(expected), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void anotherEngineIsRefused() {
        assertRefused("engine MXNet is not part of this build", "train", "--engine", "MXNet");
    }

    @Test
    void anotherDeviceIsRefused() {
        assertRefused("--device cpu", "train", "--device", "gpu");
    }

    @Test
    void whatIsComparedMustBeARunBefore() throws IOException {
        Path file = Files.writeString(folder.resolve("run.json"), "{\"rows\": 5}");
        assertRefused("is not what 'bench --json' printed", "load", "--compare", file.toString());
    }

    @Test
    void aModelThatIsNotThereIsOneSentence() {
        assertRefused("none is no folder", "load", "--model", folder.resolve("none").toString());
    }
}
