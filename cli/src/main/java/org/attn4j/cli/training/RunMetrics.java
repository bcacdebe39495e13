package org.attn4j.cli.training;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.cli.report.Curve;
import org.attn4j.common.Require;
import org.attn4j.models.training.RunDirectory;

/** The metrics of a run, as far as it has come. */
final class RunMetrics {

    private static final long LARGEST = 1L << 29;

    /** What a page draws is no larger. */
    private static final double LARGEST_VALUE = 1e100;

    private static final Set<String> OF_A_STEP =
            Set.of("loss", "learning_rate", "gradient_norm", "tokens_per_second");

    /** What a line of a validation tells beside scores. */
    private static final Set<String> NO_SCORES =
            Set.of("event", "step", "epoch", "best", "seconds", "cpu_seconds");

    private final Map<String, List<Curve.Point>> training = new LinkedHashMap<>();
    private final Map<String, List<Curve.Point>> validation = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private long step;
    private long bestStep;
    private long epoch;
    private long tokens;
    private double seconds;
    private double cpuSeconds;

    private RunMetrics() {}

    /** Reads what a run has written, which may be in the middle of a line. */
    static RunMetrics read(RunDirectory directory) throws IOException {
        Path file = directory.metrics();
        Require.that(
                Files.isRegularFile(file),
                "%s holds no training run: there is no %s",
                directory.root(),
                file);
        if (Files.size(file) > LARGEST) {
            throw new IOException(file + " is larger than the " + LARGEST + " bytes that are read");
        }
        RunMetrics metrics = new RunMetrics();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            String line = lines.readLine();
            for (long number = 1; line != null; number++) {
                String next = lines.readLine();
                metrics.add(line, next == null, "%s: line %s".formatted(file, number));
                line = next;
            }
        }
        Require.that(metrics.step > 0, "%s: the run has made no step yet", file);
        return metrics;
    }

    private void add(String text, boolean isLast, String place) throws IOException {
        try {
            add(JsonParser.parseString(text).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException e) {
            if (!isLast) {
                throw new IOException(place + " is not JSON of a step or a validation", e);
            }
            notes.add("The last line of the metrics is half written and was passed over.");
        } catch (NullPointerException | ClassCastException | NumberFormatException e) {
            throw new IOException(place + " tells of no step and no validation", e);
        }
    }

    private void add(JsonObject line) {
        boolean validated = line.get("event").getAsString().equals("validation");
        step = line.get("step").getAsLong();
        epoch = line.get("epoch").getAsLong();
        seconds = line.get("seconds").getAsDouble();
        cpuSeconds = line.get("cpu_seconds").getAsDouble();
        bestStep = validated && line.get("best").getAsBoolean() ? step : bestStep;
        tokens += validated ? 0 : line.get("tokens").getAsLong();
        Map<String, List<Curve.Point>> points = validated ? validation : training;
        for (Map.Entry<String, JsonElement> entry : line.entrySet()) {
            String name = entry.getKey();
            boolean drawn = validated ? !NO_SCORES.contains(name) : OF_A_STEP.contains(name);
            if (drawn
                    && entry.getValue() instanceof JsonPrimitive value
                    && value.isNumber()
                    && Math.abs(value.getAsDouble()) < LARGEST_VALUE) {
                points.computeIfAbsent(name, unused -> new ArrayList<>())
                        .add(new Curve.Point(step, value.getAsDouble()));
            }
        }
    }

    /** The loss, learning rate, gradient norm and speed of each step, by name. */
    Map<String, List<Curve.Point>> training() {
        return training;
    }

    /** The scores of each validation, by name. */
    Map<String, List<Curve.Point>> validation() {
        return validation;
    }

    /** What was wrong with the file, a sentence each. */
    List<String> notes() {
        return notes;
    }

    long step() {
        return step;
    }

    /** The step of the best validation; 0 for none. */
    long bestStep() {
        return bestStep;
    }

    /** The scores of the last validation. */
    Map<String, Double> lastScores() {
        Map<String, Double> scores = new LinkedHashMap<>();
        validation.forEach((name, all) -> scores.put(name, all.get(all.size() - 1).value()));
        return scores;
    }

    long epoch() {
        return epoch;
    }

    long tokens() {
        return tokens;
    }

    double seconds() {
        return seconds;
    }

    double cpuSeconds() {
        return cpuSeconds;
    }
}
