package org.attn4j.models.training;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
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

    private static final int VERSION = 1;

    private static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .serializeSpecialFloatingPointValues()
                    .setPrettyPrinting()
                    .create();

    /**
     * A place in the run.
     *
     * @param step the steps made
     * @param epoch the epoch, from 0
     * @param batch the batches of the epoch that were trained on
     */
    public record Position(long step, long epoch, long batch) {

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
    public record Usage(long tokens, double seconds, double cpuSeconds) {}

    /** {@inheritDoc} */
    public TrainingState {
        environment = environment == null ? Map.of() : new TreeMap<>(environment);
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

    /** The state of the same run at another place. */
    TrainingState at(Position position, Usage usage, Selection selection, long metricsBytes) {
        return new TrainingState(
                version, position, usage, selection, metricsBytes, engine, environment, config);
    }

    void write(Path file) throws IOException {
        Files.writeString(file, GSON.toJson(this) + "\n");
    }

    static TrainingState read(Path file) throws IOException {
        TrainingState state;
        try {
            state = GSON.fromJson(JsonFiles.text(file), TrainingState.class);
        } catch (JsonParseException | IllegalArgumentException | NullPointerException e) {
            throw new IOException(
                    file
                            + " is no training state: "
                            + e.getMessage()
                            + "; it cannot be resumed from",
                    e);
        }
        if (state == null || state.version != VERSION || !state.isComplete()) {
            throw new IOException(
                    file
                            + " is no training state of version "
                            + VERSION
                            + "; it cannot be resumed from");
        }
        return state;
    }

    private boolean isComplete() {
        return position != null && usage != null && selection != null && config != null;
    }
}
