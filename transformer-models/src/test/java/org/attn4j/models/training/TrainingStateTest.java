package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingStateTest {

    private static final TrainingState STATE =
            TrainingState.initial("PyTorch", Map.of("threads", "2"), TrainingConfig.ofSteps(9))
                    .at(
                            new TrainingState.Position(7, 1, 3),
                            new TrainingState.Usage(1000, 1.5, 2.5),
                            new Selection(
                                    6,
                                    1,
                                    List.of(new Selection.Scored(4, 0.5, Map.of("loss", 0.5))),
                                    List.of(
                                            new Selection.Scored(
                                                    6,
                                                    Double.NaN,
                                                    Map.of(
                                                            "loss",
                                                            Double.NaN,
                                                            "perplexity",
                                                            Double.POSITIVE_INFINITY)))),
                            512);

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("state.json");
        STATE.write(file);
    }

    private String refusal() {
        return assertThrows(CheckpointFormatException.class, () -> TrainingState.read(file))
                .getMessage();
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        assertEquals(STATE, TrainingState.read(file));
    }

    /** Before there was a direction, a choice of optimisers, and digests. */
    @Test
    void whatOlderVersionsWroteIsRead() throws IOException {
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        json.addProperty("version", 1);
        List.of(
                        "direction",
                        "optimizer",
                        "momentum",
                        "freeze",
                        "layer_decay",
                        "precision",
                        "checkpointing")
                .forEach(json.getAsJsonObject("config")::remove);
        Files.writeString(file, json.toString());
        assertEquals(STATE.config(), TrainingState.read(file).config());
    }

    private void set(String place, JsonElement value) throws IOException {
        JsonObject root = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        JsonObject at = root;
        String[] names = place.split("\\.");
        for (int i = 0; i < names.length - 1; i++) {
            at =
                    names[i].endsWith("[0]")
                            ? at.getAsJsonArray(names[i].replace("[0]", ""))
                                    .get(0)
                                    .getAsJsonObject()
                            : at.getAsJsonObject(names[i]);
        }
        String last = names[names.length - 1];
        if (value == null) {
            at.remove(last);
        } else {
            at.add(last, value);
        }
        Files.writeString(file, root.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version | 3 | version must be one from 1 to 2, got version=3",
                "version | 1.5 | version must be a whole number below 2^31, got 1.5",
                "position | null | position is missing",
                "position | [] | position must be an object, got []",
                "position.step | -1 | position: step must lie between 0 and 2^31, got step=-1",
                "position.batch | 1e15 | position: batch must lie between 0 and 2^31, got batch=1000000000000000",
                "position.epoch | 1e99 | position.epoch must be a whole number below 2^63, got 1e99",
                "position.epoch | 'x' | position.epoch must be a whole number below 2^63, got 'x'",
                "position.epoch | {} | position.epoch must be a number, got {}",
                "usage.tokens | -5 | usage: tokens must not be negative, got tokens=-5",
                "usage.seconds | NaN | usage: seconds must be a time, got seconds=NaN",
                "usage.cpu_seconds | Infinity | usage: cpuSeconds must be a time, got cpuSeconds=Infinity",
                "metrics_bytes | -1 | metricsBytes must not be negative, got metricsBytes=-1",
                "metrics_bytes | true | metrics_bytes must be a whole number below 2^63, got true",
                "engine | null | engine is missing",
                "engine | {} | engine must be a text, got {}",
                "environment | [] | environment must be an object, got []",
                "environment.threads | null | environment.threads must be a text, got null",
                "selection.best | - | selection.best is missing",
                "selection.best | {} | selection.best must be a list, got {}",
                "selection.best | [null] | selection.best[0] must be an object, got null",
                "selection.best | [{}] | selection.best[0].step is missing",
                "selection.best[0].scores | - | selection.best[0]: scores must be given as numbers, got scores=null",
                "selection.best[0].scores | {'loss': null} | selection.best[0].scores.loss must be a number, got null",
                "selection.validated | 8 | validated must not lie after the step, got validated=8, step=7",
                "selection.bad_validations | -1 | selection: badValidations must lie between 0 and 2^31, got badValidations=-1",
                "config | {} | config.steps is missing",
                "config.accumulation | 0 | config: accumulation must be at least 1, got accumulation=0",
                "config.schedule | 'SUDDEN' | config.schedule must be one of [CONSTANT, NOAM, INVERSE_SQRT, LINEAR, COSINE], got 'SUDDEN'",
                "config.checkpointing | 1 | config.checkpointing must be true or false, got 1",
                "config.schedule | - | config: schedule must be given, got schedule=null",
            })
    void whatIsNotAsItShouldBeIsNamedWithItsRule(String place, String value, String problem)
            throws IOException {
        set(place, value.equals("-") ? null : JsonParser.parseString(value.replace('\'', '"')));
        assertEquals(file + " is no training state: " + problem.replace('\'', '"'), refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "7", "{}", "\0\0\0"})
    void whatIsNoObjectIsRefused(String text) throws IOException {
        Files.writeString(file, text);
        String message = refusal();
        assertEquals(0, message.indexOf(file + " is no training state: "), message);
    }

    @Test
    void nestingAndLengthAreBounded() throws IOException {
        Files.writeString(file, "[".repeat(1_000_000));
        refusal();
        Files.writeString(file, " ".repeat((16 << 20) + 1));
        assertEquals(0, refusal().indexOf(file.toString()));
    }
}
