package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.SafetensorsFile;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class CheckpointAverageTest {

    @TempDir Path temp;

    private Path model(NDManager manager, String name, String tensor, float... values)
            throws IOException {
        Path directory = Files.createDirectories(temp.resolve(name));
        NDArray ids = manager.create(new long[] {3, 4});
        SafetensorsWriter.write(
                directory.resolve("model.safetensors"),
                Map.of(tensor, manager.create(values), "ids", ids),
                Map.of("format", "pt"));
        Files.writeString(directory.resolve("config.json"), "{\"from\": \"" + name + "\"}");
        return directory;
    }

    @Test
    void weightsAreAveragedAndTheRestIsTheFirst() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            List<Path> models =
                    List.of(
                            model(manager, "a", "w", 1, 16777216, -2),
                            model(manager, "b", "w", 2, 1, 0),
                            model(manager, "c", "w", 6, 1, 1));
            Path target = temp.resolve("mean");

            CheckpointAverage.write(models, target, manager);

            try (SafetensorsFile file = SafetensorsFile.open(target.resolve("model.safetensors"))) {
                // in single precision the second sum would lose its ones: 5592405.33 and not
                // 5592406
                assertArrayEquals(
                        new float[] {3, 5592406, -1 / 3f}, file.read("w", manager).toFloatArray());
                assertArrayEquals(new long[] {3, 4}, file.read("ids", manager).toLongArray());
                assertEquals("pt", file.metadata().get("format"));
            }
            assertEquals("{\"from\": \"a\"}", Files.readString(target.resolve("config.json")));
        }
    }

    @Test
    void modulesInFoldersAreAveragedAndTheirSettingsKept() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            List<Path> models = List.of(model(manager, "a", "w", 1), model(manager, "b", "w", 3));
            model(manager, "a/2_Dense", "linear", 5);
            model(manager, "b/2_Dense", "linear", 9);
            for (Path model : models) {
                Files.createDirectories(model.resolve("1_Pooling"));
                Files.writeString(model.resolve("1_Pooling/config.json"), "{}");
                Files.createDirectories(model.resolve("training_state"));
                Files.writeString(model.resolve("training_state/state.json"), "{}");
            }
            Path target = temp.resolve("mean");
            CheckpointAverage.write(models, target, manager);
            try (SafetensorsFile file =
                    SafetensorsFile.open(target.resolve("2_Dense/model.safetensors"))) {
                assertArrayEquals(new float[] {7}, file.read("linear", manager).toFloatArray());
            }
            assertTrue(Files.exists(target.resolve("2_Dense/config.json")));
            assertTrue(Files.exists(target.resolve("1_Pooling/config.json")));
            assertTrue(Files.notExists(target.resolve("training_state")));
        }
    }

    @Test
    void modelsThatDifferAreRefused() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            Path a = model(manager, "a", "w", 1, 2);
            Path target = temp.resolve("mean");

            assertRefused("such as", List.of(a, model(manager, "b", "x", 1, 2)), target, manager);
            assertRefused("tensor w is", List.of(a, model(manager, "c", "w", 1)), target, manager);
            assertRefused("at least one checkpoint", List.of(), target, manager);
            assertTrue(Files.notExists(target));
        }
    }

    private static void assertRefused(
            String part, List<Path> models, Path target, NDManager manager) {
        Exception e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> CheckpointAverage.write(models, target, manager));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
