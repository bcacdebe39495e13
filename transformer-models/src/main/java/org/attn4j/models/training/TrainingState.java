package org.attn4j.models.training;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;

/**
 * Everything beside weights and optimiser moments that decides how a training run goes on, as it is
 * written to a checkpoint.
 *
 * @param version the version of this format
 * @param position where in the run and in the data the checkpoint was made
 * @param usage what the run has taken
 * @param selection which weights scored how
 * @param metricsBytes the length of the metrics file
 * @param engine the engine's name
 * @param environment what else has to be the same for the same result, such as the kernel choice
 *     and the number of threads
 * @param config the configuration
 */
public record TrainingState(
        int version,
        Position position,
        Usage usage,
        Selection selection,
        long metricsBytes,
        String engine,
        Map<String, String> environment,
        TrainingConfig config) {

    /** Since this version a checkpoint holds the digests of its files. */
    private static final int VERSION = 2;

    private static final int FIRST_VERSION = 1;

    private static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .serializeSpecialFloatingPointValues()
                    .setPrettyPrinting()
                    .create();

    /**
     * A position in the run.
     *
     * @param step the steps made
     * @param epoch the epoch, from 0
     * @param batch the batches of the epoch that were trained on
     */
    public record Position(long step, long epoch, long batch) {

        public Position {
            requireCount(step, "step");
            requireCount(epoch, "epoch");
            requireCount(batch, "batch");
        }

        Position afterStep(long batches) {
            return new Position(step + 1, epoch, batch + batches);
        }

        Position nextEpoch() {
            return new Position(step, epoch + 1, 0);
        }
    }

    /**
     * What the run has taken.
     *
     * @param tokens the target tokens trained on
     * @param seconds the time
     * @param cpuSeconds the CPU time of the process, over all threads
     */
    public record Usage(long tokens, double seconds, double cpuSeconds) {

        public Usage {
            Require.that(tokens >= 0, "tokens must not be negative, got tokens=%s", tokens);
            requireTime(seconds, "seconds");
            requireTime(cpuSeconds, "cpuSeconds");
        }

        private static void requireTime(double value, String name) {
            Require.that(
                    value >= 0 && value < Double.POSITIVE_INFINITY,
                    "%s must be a time, got %s=%s",
                    name,
                    name,
                    value);
        }
    }

    public TrainingState {
        Require.that(
                version >= FIRST_VERSION && version <= VERSION,
                "version must be one from %s to %s, got version=%s",
                FIRST_VERSION,
                VERSION,
                version);
        Require.that(
                metricsBytes >= 0,
                "metricsBytes must not be negative, got metricsBytes=%s",
                metricsBytes);
        Require.that(
                selection.validated() <= position.step(),
                "validated must not lie after the step, got validated=%s, step=%s",
                selection.validated(),
                position.step());
        environment = environment == null ? Map.of() : new TreeMap<>(environment);
    }

    /** Engines and optimisers count steps in 32 bits. */
    static void requireCount(long value, String name) {
        Require.that(
                value >= 0 && value <= Integer.MAX_VALUE,
                "%s must lie between 0 and 2^31, got %s=%s",
                name,
                name,
                value);
    }

    /** The state before the first step. */
    static TrainingState initial(
            String engine, Map<String, String> environment, TrainingConfig config) {
        return new TrainingState(
                VERSION,
                new Position(0, 0, 0),
                new Usage(0, 0, 0),
                Selection.none(),
                0,
                engine,
                environment,
                config);
    }

    /** The state of the same run at another position. */
    TrainingState at(Position position, Usage usage, Selection selection, long metricsBytes) {
        return new TrainingState(
                version, position, usage, selection, metricsBytes, engine, environment, config);
    }

    void write(Path file) throws IOException {
        Files.writeString(file, GSON.toJson(this) + "\n");
    }

    /** Whether the checkpoint was written with digests, which must then be there. */
    boolean hasDigests() {
        return version > FIRST_VERSION;
    }

    static TrainingState read(Path file) throws IOException {
        try {
            // Scores may be NaN, which is no JSON.
            JsonElement json = JsonParser.parseString(JsonFiles.text(file));
            return RecordReader.read(withNewer(json), TrainingState.class);
        } catch (JsonParseException e) {
            throw unreadable(file, "it is not valid JSON", e);
        } catch (IllegalArgumentException e) {
            throw unreadable(file, e.getMessage(), e);
        }
    }

    /** Older versions knew less of a configuration: what they did was what is usual now. */
    private static JsonElement withNewer(JsonElement json) {
        if (json instanceof JsonObject state && state.get("config") instanceof JsonObject config) {
            JsonObject usual = GSON.toJsonTree(TrainingConfig.ofSteps(1)).getAsJsonObject();
            for (String name :
                    List.of(
                            "optimizer",
                            "momentum",
                            "freeze",
                            "layer_decay",
                            "precision",
                            "checkpointing")) {
                if (!config.has(name)) {
                    config.add(name, usual.get(name));
                }
            }
        }
        return json;
    }

    private static IOException unreadable(Path file, String problem, Exception cause) {
        return new CheckpointFormatException(file + " is no training state: " + problem, cause);
    }
}
