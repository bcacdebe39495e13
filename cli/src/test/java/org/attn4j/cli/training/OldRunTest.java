package org.attn4j.cli.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.models.training.RunDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that an older version began, stopped at step 3 of 6. */
class OldRunTest {

    /** The losses of steps 4 to 6 as that version went on. */
    private static final double[] LOSSES = {4.5996628705193014, 4.3185869140625, 4.520682301240809};

    @TempDir Path temp;
    private Path run;

    @BeforeEach
    void copy() throws IOException, URISyntaxException {
        Path old = Path.of(OldRunTest.class.getResource("/old-run").toURI());
        run = temp.resolve("run");
        try (Stream<Path> files = Files.walk(old)) {
            for (Path file : files.toList()) {
                Files.copy(file, run.resolve(old.relativize(file).toString()));
            }
        }
    }

    @Test
    void translates() {
        Outcome outcome = Cli.run("translate", "--model", run.toString(), "a b c d", "c a");
        assertEquals(0, outcome.code(), outcome.err());
        assertEquals("48 48 48 48 48 48 48 48 48\n48 48 48 48 48 48 48\n", outcome.out());
    }

    @Test
    void goesOnAsItWould() throws IOException {
        Outcome outcome = Cli.run("train", "--resume", "--out", run.toString(), "--max-steps", "6");
        assertEquals(0, outcome.code(), outcome.err());
        List<JsonObject> lines =
                Files.readAllLines(new RunDirectory(run).metrics()).stream()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .filter(line -> line.get("event").getAsString().equals("step"))
                        .toList();
        double[] losses =
                lines.stream()
                        .filter(line -> line.get("step").getAsInt() > 3)
                        .mapToDouble(line -> line.get("loss").getAsDouble())
                        .toArray();
        assertEquals(6, lines.size());
        assertArrayEquals(LOSSES, losses, 1e-6); // the same to the last digit on one machine
    }
}
