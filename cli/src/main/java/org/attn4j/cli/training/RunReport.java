package org.attn4j.cli.training;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.io.Tokens;
import org.attn4j.cli.model.TeacherForcing;
import org.attn4j.cli.report.AttentionMap;
import org.attn4j.cli.report.Curve;
import org.attn4j.cli.report.Report;
import org.attn4j.cli.report.Translation;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.training.RunDirectory;

/** Gathers what a finished run has to show, for its report. */
final class RunReport {

    private static final int SAMPLES = 20;
    private static final int MAPS = 3;
    private static final List<String> STEP_SCORES = List.of("loss", "learning_rate");
    private static final List<String> VALIDATION_SCORES = List.of("loss", "bleu", "chrf", "exact");

    private final RunDirectory directory;
    private final TextGenerator model;

    RunReport(RunDirectory directory, TextGenerator model) {
        this.directory = directory;
        this.model = model;
    }

    /** The file that the report is written to. */
    static Path file(RunDirectory directory) {
        return directory.training().resolve("report.html");
    }

    Report of(
            String title,
            Map<String, String> facts,
            List<SentencePair> pairs,
            List<String> hypotheses)
            throws IOException {
        List<Translation> samples = new ArrayList<>();
        List<AttentionMap> maps = new ArrayList<>();
        for (int i = 0; i < Math.min(SAMPLES, pairs.size()); i++) {
            SentencePair pair = pairs.get(i);
            samples.add(new Translation(pair.source(), pair.target(), hypotheses.get(i)));
            if (i < MAPS) {
                maps.add(crossAttention(pair.source(), hypotheses.get(i)));
            }
        }
        return new Report(title, facts, curves(), samples, maps);
    }

    /** The cross-attention of the last decoder layer, the mean of its heads. */
    private AttentionMap crossAttention(String source, String target) {
        int layers = model.model().model(TransformerModel.class).config().decoderLayers();
        String site = "decoder.layers." + (layers - 1) + ".encoder_attn";
        List<String> read = List.of(model.tokenizer().encode(source).tokens());
        List<String> written = Tokens.of(model.tokenizer(), model.tokenizer().targetIds(target));
        float[][] weights = new float[written.size()][read.size()];
        TeacherForcing.observe(
                model,
                source,
                target,
                (where, observed) -> {
                    if (where.equals(site)) {
                        fill(weights, observed);
                    }
                });
        return new AttentionMap(site + ", mean of its heads", read, written, weights);
    }

    /** Takes the columns of the source; those behind it are of what else a mechanism looks at. */
    private static void fill(float[][] weights, NDArray observed) {
        NDArray mean = observed.mean(new int[] {1}); // (1, N, T, S) -> (1, T, S)
        float[] flat = mean.toFloatArray();
        int columns = Math.toIntExact(mean.getShape().get(2));
        for (int t = 0; t < weights.length; t++) {
            System.arraycopy(flat, t * columns, weights[t], 0, weights[t].length);
        }
    }

    private List<Curve> curves() throws IOException {
        Map<String, List<Curve.Point>> points = new LinkedHashMap<>();
        byte[] metrics = ModelFiles.read(directory.metrics(), ModelFiles.MAX_BYTES);
        new String(metrics, StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> collect(JsonParser.parseString(line).getAsJsonObject(), points));
        List<Curve> curves = new ArrayList<>();
        points.forEach((name, values) -> curves.add(new Curve(name, values)));
        return curves;
    }

    private static void collect(JsonObject line, Map<String, List<Curve.Point>> points) {
        boolean validation = line.get("event").getAsString().equals("validation");
        long step = line.get("step").getAsLong();
        for (String score : validation ? VALIDATION_SCORES : STEP_SCORES) {
            if (line.has(score)) {
                String name = (validation ? "validation " : "training ") + score.replace('_', ' ');
                points.computeIfAbsent(name, unused -> new ArrayList<>())
                        .add(new Curve.Point(step, line.get(score).getAsDouble()));
            }
        }
    }
}
