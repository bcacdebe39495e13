package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class TransformerTrainingTest {

    @TempDir Path temp;

    private static RunResult run(Path directory) throws IOException {
        try (TransformerTask task = new TransformerTask(TransformerTask.CONFIG)) {
            return task.run(directory).run();
        }
    }

    @Test
    void aTransformerLearnsAndResumesBitForBit() throws IOException {
        Path whole = temp.resolve("whole");
        RunResult result = run(whole);
        assertEquals(20, result.step());
        assertTrue(result.scores().get("loss") < Math.log(TinyTask.VOCABULARY) - 0.3);

        Path stopped = temp.resolve("stopped");
        try (TransformerTask task = new TransformerTask(TransformerTask.CONFIG)) {
            RunListener bomb =
                    new RunListener() {
                        @Override
                        public void onStep(StepProgress progress) {
                            if (progress.step() == 11) {
                                throw new IllegalStateException("killed");
                            }
                        }
                    };
            TrainingRun run = task.run(stopped).tell(bomb);
            assertThrows(IllegalStateException.class, run::run);
        }
        run(stopped);

        assertSameRun(whole, stopped);
    }

    /**
     * Engines keep their gradient mode by thread, and the one that loaded the engine is not this
     * one.
     */
    @Test
    void anotherThreadTrainsAlike() throws IOException {
        Path here = temp.resolve("here");
        run(here);
        Path there = temp.resolve("there");
        CompletableFuture.runAsync(
                        () -> {
                            try {
                                run(there);
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        task -> new Thread(task).start())
                .join();

        assertSameRun(here, there);
    }

    private static void assertSameRun(Path expected, Path actual) throws IOException {
        assertEquals(TrainingRunTest.metrics(expected), TrainingRunTest.metrics(actual));
        assertArrayEquals(
                Files.readAllBytes(expected.resolve("model.safetensors")),
                Files.readAllBytes(actual.resolve("model.safetensors")));
    }

    @Test
    @Tag("slow")
    void threeThousandStepsKeepMemoryFlat() throws IOException {
        Assumptions.assumeTrue(
                Files.exists(Path.of("/proc/self/status")), "resident memory is read from /proc");
        Random random = new Random(5);
        long warm = 0;
        try (TransformerTask task = new TransformerTask(TransformerTask.CONFIG);
                NDManager manager = task.trainer().getManager().newSubManager()) {
            for (int step = 1; step <= 3000; step++) {
                long[][] ids = ids(2 + random.nextInt(15), 2 + random.nextInt(15), random);
                try (Batch batch = TinyTask.batch(manager, ids)) {
                    task.trainer().trainBatch(batch);
                }
                task.trainer().update();
                if (step == 1000) {
                    warm = residentMegabytes();
                }
            }
        }
        long grown = residentMegabytes() - warm;
        assertTrue(grown < 24, "grown by " + grown + " MB over 2,000 steps, from " + warm + " MB");
    }

    private static long[][] ids(int rows, int length, Random random) {
        long[][] ids = new long[rows][length];
        for (long[] row : ids) {
            for (int i = 0; i < length; i++) {
                row[i] = 1 + random.nextInt(TinyTask.VOCABULARY - 1);
            }
        }
        return ids;
    }

    private static long residentMegabytes() throws IOException {
        System.gc(); // the heap's own garbage is not what is looked for
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}
