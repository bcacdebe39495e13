package org.attn4j.cli.option;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.attn4j.common.Require;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.model.sentence.Pooling;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import picocli.CommandLine.Option;

/** How texts become vectors. */
public final class EmbedOptions {

    @Option(
            names = "--pooling",
            paramLabel = "NAME",
            description =
                    "mean, cls, max, mean_sqrt_length, weighted_mean or last, with nothing behind it"
                            + " (default: the model's own modules, or mean).")
    private String pooling;

    @Option(names = "--normalize", description = "Vectors of the length 1.")
    private boolean normalize;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "What is put before each text (default: the model's own, if any).")
    private String prompt;

    @Option(
            names = "--prompt-name",
            paramLabel = "NAME",
            description = "One of the model's prompts, such as query.")
    private String promptName;

    /** The options that vectors were made with before. */
    public static EmbedOptions recorded(String pooling, boolean normalize) {
        EmbedOptions options = new EmbedOptions();
        options.pooling = pooling.isEmpty() ? null : pooling;
        options.normalize = normalize;
        return options;
    }

    /** The pooling that was asked for; empty for the model's own. */
    public String pooling() {
        return pooling == null ? "" : pooling.toLowerCase(Locale.ROOT);
    }

    public boolean isNormalized() {
        return normalize;
    }

    /** Whether something else than the model's own is put before texts. */
    public boolean hasPrompt() {
        return prompt != null || promptName != null;
    }

    public void check() {
        Require.that(
                prompt == null || promptName == null,
                "--prompt and --prompt-name exclude each other");
        if (pooling != null) {
            mode();
        }
    }

    private Pooling.Mode mode() {
        try {
            return Pooling.Mode.valueOf(pooling.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--pooling must be one of %s, got %s"
                            .formatted(
                                    Arrays.toString(Pooling.Mode.values()).toLowerCase(Locale.ROOT),
                                    pooling),
                    e);
        }
    }

    public TextEmbedder embedder(TaskModel model) throws IOException {
        Require.that(
                !(model.model().model() instanceof SequenceToSequenceModel),
                "%s reads a text and writes another, and gives no vector of it: use translate",
                model.model().model().architecture());
        TextEmbedder embedder =
                pooling == null
                        ? new TextEmbedder(model)
                        : new TextEmbedder(model, new Pooling(List.of(mode())), false);
        if (prompt != null) {
            return embedder.withPrompt(prompt);
        }
        return promptName == null ? embedder : embedder.withPromptNamed(promptName);
    }

    /** The vectors of texts, of the length 1 if asked. */
    public List<Outcome<float[]>> embed(TextEmbedder embedder, List<String> texts) {
        List<Outcome<float[]>> vectors = embedder.outcomes(texts);
        if (normalize) {
            vectors.stream()
                    .filter(it -> !it.reading().refused())
                    .forEach(it -> normalize(it.value()));
        }
        return vectors;
    }

    private static void normalize(float[] vector) {
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        double length = Math.max(Math.sqrt(square), 1e-12);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / length);
        }
    }
}
