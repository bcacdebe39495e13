package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed outright and started again ends where one that was left alone ends. */
@Tag("engine")
@Tag("slow")
class ResumeAfterKillTest {

    @TempDir Path temp;

    private static Process start(Path directory) throws IOException {
        Path errors = directory.resolveSibling(directory.getFileName() + ".log");
        return ChildJvm.start(errors, List.of("-Xmx512m"), KilledRun.class, directory.toString());
    }

    private static int run(Path directory, String untilStep)
            throws IOException, InterruptedException {
        return run(directory, untilStep, Process::destroyForcibly); // SIGKILL
    }

    /** Runs until a step is reached, then sends a signal; to the end if it is not reached. */
    private static int run(Path directory, String untilStep, Consumer<Process> signal)
            throws IOException, InterruptedException {
        Process process = start(directory);
        try (BufferedReader lines = process.inputReader()) {
            String line = lines.readLine();
            while (line != null && !line.equals(untilStep)) {
                line = lines.readLine();
            }
            if (line != null) {
                signal.accept(process);
            }
        } finally {
            assertTrue(process.waitFor(5, TimeUnit.MINUTES), "the process hangs");
        }
        return process.exitValue();
    }

    @Test
    void nothingIsLost() throws Exception {
        Path whole = temp.resolve("whole");
        assertEquals(0, run(whole, "none"), () -> log("whole"));

        Path killed = temp.resolve("killed");
        for (int step : List.of(1, 5, 6, 11, 18)) {
            assertNotEquals(0, run(killed, "step " + step), () -> log("killed"));
        }
        assertEquals(0, run(killed, "none"), () -> log("killed"));

        assertEquals(TrainingRunTest.metrics(whole), TrainingRunTest.metrics(killed));
        assertArrayEquals(
                Files.readAllBytes(whole.resolve("model.safetensors")),
                Files.readAllBytes(killed.resolve("model.safetensors")));
    }

    @Test
    void aTerminatedProcessSavesTheStepItIsAt() throws Exception {
        Path directory = temp.resolve("terminated");

        int code = run(directory, "step 7", Process::destroy); // SIGTERM

        assertEquals(128 + 15, code, () -> log("terminated"));
        long saved = new RunDirectory(directory).latestState().orElseThrow().position().step();
        // without the signal, the last checkpoint would be that of step 6
        assertTrue(saved >= 7, "saved at step " + saved);
        assertTrue(Files.exists(directory.resolve("model.safetensors")));
    }

    private String log(String name) {
        try {
            return Files.readString(temp.resolve(name + ".log"));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
