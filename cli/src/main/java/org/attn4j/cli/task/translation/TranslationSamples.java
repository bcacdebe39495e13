package org.attn4j.cli.task.translation;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.cli.io.Tokens;
import org.attn4j.cli.model.Evaluation;
import org.attn4j.cli.report.AttentionMap;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.report.Terms;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.cli.task.WritingValidator;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.model.ModelSite;
import org.attn4j.models.task.TeacherForcing;
import org.attn4j.models.task.TextGenerator;

/** Translations of the test set, and what the model looked at for them. */
final class TranslationSamples {

    private static final int MAPS = 3;
    private static final String START = "decoder_start_token_id";

    private TranslationSamples() {}

    /** Shows an observer the weights with which the model reads pairs, if it shows any. */
    static void read(TextGenerator model, List<SentencePair> pairs, AttentionObserver observer) {
        if (model.model().config().has(START)) {
            pairs.forEach(it -> TeacherForcing.observe(model, it.source(), it.target(), observer));
        }
    }

    static List<Section> sections(TextGenerator model, List<SentencePair> pairs)
            throws IOException {
        List<Sample> samples =
                WritingValidator.samples(
                        pairs,
                        Evaluation.of(model, null, pairs, List.of("exact"), null).hypotheses());
        Set<Integer> wrong = new HashSet<>();
        List<AttentionMap> maps = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            if (!sample.expected().strip().equals(sample.output())) {
                wrong.add(i);
            }
            if (i < MAPS && model.model().config().has(START)) {
                addMap(maps, model, sample.input(), sample.output());
            }
        }
        return List.of(
                new Section.Table(
                        "Translations of the test set",
                        "Marked are those that differ from the reference.",
                        List.of("source", "reference", "model"),
                        samples.stream().map(Sample::row).toList(),
                        wrong),
                new Section.Attention("What attends to what", maps));
    }

    /** The last cross-attention of the decoder, the mean of its heads. */
    private static void addMap(
            List<AttentionMap> maps, TextGenerator model, String source, String target) {
        List<String> read = List.of(model.tokenizer().encode(source).tokens());
        List<String> written = Tokens.of(model.tokenizer(), model.tokenizer().targetIds(target));
        Map<String, float[][]> found = new LinkedHashMap<>();
        TeacherForcing.observe(
                model,
                source,
                target,
                (site, observed) -> {
                    boolean cross = ModelSite.of(site).map(ModelSite::isCross).orElse(false);
                    float[][] weights = new float[written.size()][read.size()];
                    if (cross && fill(weights, observed)) {
                        found.put(site, weights);
                    }
                });
        List<String> sites = List.copyOf(found.keySet());
        if (!sites.isEmpty()) {
            String last = sites.get(sites.size() - 1);
            maps.add(
                    new AttentionMap(
                            Terms.place(last) + ", mean of its heads",
                            read,
                            written,
                            found.get(last)));
        }
    }

    /** Takes the columns of the source; those behind it are of what else a mechanism looks at. */
    private static boolean fill(float[][] weights, NDArray observed) {
        NDArray mean = observed.mean(new int[] {1}); // (1, N, T, S) -> (1, T, S)
        int rows = Math.toIntExact(mean.getShape().get(1));
        int columns = Math.toIntExact(mean.getShape().get(2));
        if (rows < weights.length || weights.length == 0 || columns < weights[0].length) {
            return false;
        }
        float[] flat = mean.toFloatArray();
        for (int t = 0; t < weights.length; t++) {
            System.arraycopy(flat, t * columns, weights[t], 0, weights[t].length);
        }
        return true;
    }
}
