package org.attn4j.cli.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that goes on in another process ends bit for bit as one that was never stopped. */
@Tag("engine")
@Tag("slow")
class ResumeElsewhereTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"masked-lm", "translation", "causal-lm"})
    void theSecondProcessGoesOnAsTheFirstWouldHave(String run) throws IOException {
        List<String> written =
                TinyRuns.all().get(run).write(Files.createDirectories(folder.resolve("data")));
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        train(written, whole);
        train(written, parts, "--max-steps", "5");
        train(written, parts, "--resume");
        assertArrayEquals(
                Files.readAllBytes(whole.resolve("model.safetensors")),
                Files.readAllBytes(parts.resolve("model.safetensors")));
    }

    private static void train(List<String> written, Path out, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("train", written.get(0)));
        written.stream().skip(1).forEach(each -> args.addAll(List.of("--set", each)));
        // Step 5 is validated where the run ends there, and its best weights may be these.
        args.addAll(List.of("--set", "training.finalWeights=last"));
        args.addAll(List.of("--engine", Cli.ENGINE, "--threads", "1", "--out", out.toString()));
        args.addAll(List.of(more));
        Outcome outcome = Cli.runAlone(args.toArray(String[]::new));
        assertEquals(0, outcome.code(), outcome.err());
    }
}
