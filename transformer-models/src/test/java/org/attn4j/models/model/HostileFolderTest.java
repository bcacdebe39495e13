package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders that somebody damaged or made up: each loads, or is refused with a sentence, soon and
 * without taking more memory than its files have.
 */
class HostileFolderTest {

    private static final Duration LONGEST = Duration.ofSeconds(20);

    private static final List<String> VALUES =
            List.of(
                    "0",
                    "1",
                    "2",
                    "3",
                    "-1",
                    "0.5",
                    "1e308",
                    "7",
                    "4096",
                    "1000000",
                    "1000000000",
                    "2147483647",
                    "2147483648",
                    "4611686018427387904",
                    "9223372036854775807",
                    "1e400",
                    "null",
                    "true",
                    "false",
                    "\"\"",
                    "\"gelu\"",
                    "[]",
                    "[1, 2, 3]",
                    "[\"a\"]",
                    "{}",
                    "{\"rope_type\": \"linear\"}",
                    "{\"a\": {\"b\": [null]}}");

    @TempDir private Path folder;

    private int loaded;
    private int refused;

    /** Loads the folder; anything but success and a refusal with its reason is a failure. */
    private void load(NDManager manager, String what) {
        long start = System.nanoTime();
        try (NDManager own = manager.newSubManager();
                LoadedModel model = Pretrained.loader().optManager(own).load(folder)) {
            assertTrue(model.report().isExact());
            loaded++;
        } catch (IOException e) {
            refused++;
            String message = e.getMessage();
            assertTrue(message != null && message.length() > 20, what + ": " + e);
            assertTrue(message.contains(folder.getFileName().toString()), what + ": " + message);
        } catch (RuntimeException | Error e) {
            fail(what, e);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(LONGEST) < 0, what + " took " + took);
    }

    private void copy(Path golden) throws IOException {
        try (var files = Files.list(golden)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith("model") || name.equals("config.json")) {
                    Files.write(folder.resolve(name), Files.readAllBytes(file));
                }
            }
        }
    }

    private void withSetting(
            NDManager manager, Path golden, JsonObject config, String key, String value)
            throws IOException {
        JsonObject changed = config.deepCopy();
        JsonElement element =
                value.equals("1e400")
                        ? new JsonPrimitive(new BigDecimal(value))
                        : JsonParser.parseString(value);
        String[] path = key.split("/");
        JsonObject place = path.length == 1 ? changed : changed.getAsJsonObject(path[0]);
        place.add(path[path.length - 1], element);
        JsonFiles.write(folder.resolve("config.json"), changed);
        load(manager, golden.getFileName() + " with " + key + "=" + value);
    }

    /** The settings, and those of the configurations within. */
    private static List<String> keys(JsonObject config) {
        List<String> keys = new ArrayList<>(config.keySet());
        for (String outer : config.keySet()) {
            if (config.get(outer) instanceof JsonObject inner) {
                inner.keySet().forEach(key -> keys.add(outer + "/" + key));
            }
        }
        return keys;
    }

    @Test
    void aSettingOfAnyValueIsTakenOrRefused() throws IOException {
        Random random = new Random(11);
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            List<Path> goldens = GoldenFolders.all();
            for (int round = 0; round < 30; round++) {
                Path golden = goldens.get(random.nextInt(goldens.size()));
                copy(golden);
                JsonObject config = JsonFiles.read(golden.resolve("config.json"));
                List<String> keys = keys(config);
                for (int i = 0; i < 4; i++) {
                    String key = keys.get(random.nextInt(keys.size()));
                    String value = VALUES.get(random.nextInt(VALUES.size()));
                    withSetting(manager, golden, config, key, value);
                }
            }
        }
        assertTrue(loaded > 10 && refused > 10, loaded + " loaded, " + refused + " refused");
    }

    @Test
    @Tag("slow")
    void everySettingOfEveryValueIsTakenOrRefused() throws IOException {
        // One folder takes some seconds; -Dattn4j.models.only= with nothing behind it goes through
        // all.
        String only = System.getProperty("attn4j.models.only", "gpt2_lm_a");
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            for (Path golden : GoldenFolders.all()) {
                if (!golden.getFileName().toString().contains(only)) {
                    continue;
                }
                copy(golden);
                JsonObject config = JsonFiles.read(golden.resolve("config.json"));
                for (String key : keys(config)) {
                    for (String value : VALUES) {
                        withSetting(manager, golden, config, key, value);
                    }
                }
            }
        }
        assertTrue(loaded > 0 && refused > 0, loaded + " loaded, " + refused + " refused");
    }

    /** The header's bytes are damaged, the file cut short or lengthened. */
    @Test
    void damagedWeightsAreRefused() throws IOException {
        Path golden = GoldenFolders.named("bert_mlm_a");
        byte[] good = Files.readAllBytes(golden.resolve("model.safetensors"));
        copy(golden);
        Random random = new Random(3);
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name())) {
            for (int round = 0; round < 60; round++) {
                byte[] bytes = good.clone();
                int end = round % 3 == 0 ? 8 : 3000;
                for (int i = random.nextInt(3); i >= 0; i--) {
                    bytes[random.nextInt(end)] = (byte) random.nextInt(128);
                }
                if (round % 5 == 0) {
                    bytes = Arrays.copyOf(bytes, random.nextInt(2 * bytes.length));
                }
                Files.write(folder.resolve("model.safetensors"), bytes);
                load(manager, "round " + round);
                Files.delete(folder.resolve("model.safetensors"));
            }
        }
        assertTrue(refused > 40, loaded + " loaded, " + refused + " refused");
    }
}
