package org.attn4j.cli.training;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attn4j.cli.io.Failures;
import org.attn4j.cli.model.AttentionEntropy;
import org.attn4j.cli.task.TrainingSamples;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.RunListener;
import org.attn4j.models.training.ValidationReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the model makes of some examples at each validation, and how sharply it attends to
 * them, as JSON lines. Once there are {@value #MOST} lines, every second of them is left out.
 */
final class SampleLog implements RunListener {

    static final int MOST = 100;

    /** A longer text is cut, and ends with an ellipsis. */
    static final int MOST_CHARACTERS = 400;

    private static final Logger logger = LoggerFactory.getLogger(SampleLog.class);

    private static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .disableHtmlEscaping()
                    .create();

    /**
     * A validation.
     *
     * @param step the step after which it was made
     * @param samples what the model made of the examples
     * @param attentionEntropy the entropy of the weights by place, in nats, over all examples
     */
    record Line(long step, List<Sample> samples, Map<String, Double> attentionEntropy) {}

    private final Path file;
    private final TrainingSamples samples;
    private List<Line> lines = List.of();

    SampleLog(RunDirectory directory, TrainingSamples samples) {
        file = file(directory);
        this.samples = samples;
    }

    /** The file of a run. */
    static Path file(RunDirectory directory) {
        return directory.training().resolve("samples.jsonl");
    }

    /** Reads the lines of a run; none of one that has no such file. */
    static List<Line> read(RunDirectory directory) throws IOException {
        Path file = file(directory);
        if (!Files.exists(file)) {
            return List.of();
        }
        List<Line> lines = new ArrayList<>();
        for (String text : JsonFiles.text(file).lines().toList()) {
            try {
                Line line = GSON.fromJson(text, Line.class);
                if (line == null || line.samples == null || line.attentionEntropy == null) {
                    throw new JsonParseException("samples and attention_entropy are missing");
                }
                lines.add(line);
            } catch (JsonParseException e) {
                throw new IOException(
                        "%s: line %s is not one of samples: %s"
                                .formatted(file, lines.size() + 1, e.getMessage()),
                        e);
            }
        }
        return lines;
    }

    /** What was written after the step from which the run goes on is left out. */
    @Override
    public void onStart(long step) {
        try {
            lines = step == 0 ? List.of() : read(new RunDirectory(file.getParent().getParent()));
        } catch (IOException e) {
            logger.warn("the samples of earlier validations are lost: {}", Failures.sentence(e));
        }
        lines = before(step + 1);
    }

    private List<Line> before(long step) {
        return lines.stream().filter(line -> line.step < step).toList();
    }

    /** A run is worth more than its samples: what goes wrong with them is told and no more. */
    @Override
    public void onValidation(ValidationReport report) {
        try {
            AttentionEntropy entropy = new AttentionEntropy();
            samples.reading().by(entropy);
            List<Sample> outputs = samples.outputs().get().stream().map(SampleLog::cut).toList();
            List<Line> kept = new ArrayList<>(halved(before(report.step())));
            kept.add(new Line(report.step(), outputs, entropy.means()));
            lines = kept;
            AtomicFile.writeString(
                    file,
                    lines.stream().map(GSON::toJson).collect(Collectors.joining("\n", "", "\n")));
        } catch (IOException | RuntimeException e) {
            logger.warn("no samples of step {} are kept: {}", report.step(), Failures.sentence(e));
        }
    }

    private static List<Line> halved(List<Line> lines) {
        return lines.size() < MOST
                ? lines
                : IntStream.range(0, lines.size())
                        .filter(i -> i % 2 == 0)
                        .mapToObj(lines::get)
                        .toList();
    }

    private static Sample cut(Sample sample) {
        return new Sample(cut(sample.input()), cut(sample.expected()), cut(sample.output()));
    }

    private static String cut(String text) {
        if (text.length() <= MOST_CHARACTERS) {
            return text;
        }
        int end = MOST_CHARACTERS - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end)
                + "…";
    }
}
