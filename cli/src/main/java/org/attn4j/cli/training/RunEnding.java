package org.attn4j.cli.training;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.RunResult;
import org.attn4j.models.training.StopReason;

/**
 * How a run ended, as far as its metrics do not tell.
 *
 * @param reason why
 * @param step the steps made
 * @param epoch the times through the data
 * @param averaged the steps whose weights the result is the mean of
 * @param scores the scores of the result on the validation data, by name
 * @param measured what else is known of the result, in words
 */
record RunEnding(
        StopReason reason,
        long step,
        long epoch,
        List<Long> averaged,
        Map<String, Double> scores,
        Map<String, String> measured) {

    private static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .serializeSpecialFloatingPointValues()
                    .setPrettyPrinting()
                    .create();

    RunEnding {
        if (reason == null || averaged == null || scores == null || measured == null) {
            throw new JsonParseException("a key is missing");
        }
    }

    static RunEnding of(RunResult result, Map<String, String> measured) {
        return new RunEnding(
                result.reason(),
                result.step(),
                result.epoch(),
                result.averaged(),
                result.scores(),
                measured);
    }

    private static Path file(RunDirectory directory) {
        return directory.training().resolve("ending.json");
    }

    void write(RunDirectory directory) throws IOException {
        AtomicFile.writeString(file(directory), GSON.toJson(this) + "\n");
    }

    /** How a run ended; empty of one that goes on, or that left nothing of it. */
    static Optional<RunEnding> read(RunDirectory directory) throws IOException {
        Path file = file(directory);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(GSON.fromJson(JsonFiles.text(file), RunEnding.class));
        } catch (RuntimeException e) { // of the parser, or within it of the record
            throw new IOException(file + " does not tell how a run ended: " + e.getMessage(), e);
        }
    }
}
