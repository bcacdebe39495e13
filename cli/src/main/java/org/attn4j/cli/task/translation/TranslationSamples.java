package org.attn4j.cli.task.translation;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.cli.io.Tokens;
import org.attn4j.cli.model.Evaluation;
import org.attn4j.cli.model.TeacherForcing;
import org.attn4j.cli.report.AttentionMap;
import org.attn4j.cli.report.Section;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.task.TextGenerator;

/** Translations of the test set, and what the model looked at for them. */
final class TranslationSamples {

    private static final int MAPS = 3;

    private TranslationSamples() {}

    static List<Section> of(TextGenerator model, List<SentencePair> pairs) throws IOException {
        List<String> hypotheses =
                Evaluation.of(model, null, pairs, List.of("exact"), null).hypotheses();
        List<List<String>> rows = new ArrayList<>();
        Set<Integer> wrong = new HashSet<>();
        List<AttentionMap> maps = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            SentencePair pair = pairs.get(i);
            rows.add(List.of(pair.source(), pair.target(), hypotheses.get(i)));
            if (!pair.target().strip().equals(hypotheses.get(i))) {
                wrong.add(i);
            }
            if (i < MAPS && model.model().config().has("decoder_start_token_id")) {
                addMap(maps, model, pair.source(), hypotheses.get(i));
            }
        }
        return List.of(
                new Section.Table(
                        "Translations of the test set",
                        "Marked are those that differ from the reference.",
                        List.of("source", "reference", "model"),
                        rows,
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
                    boolean cross =
                            site.endsWith("encoder_attn") || site.equals("decoder.attention");
                    float[][] weights = new float[written.size()][read.size()];
                    if (cross && fill(weights, observed)) {
                        found.put(site, weights);
                    }
                });
        List<String> sites = List.copyOf(found.keySet());
        if (!sites.isEmpty()) {
            String last = sites.get(sites.size() - 1);
            maps.add(
                    new AttentionMap(last + ", mean of its heads", read, written, found.get(last)));
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
