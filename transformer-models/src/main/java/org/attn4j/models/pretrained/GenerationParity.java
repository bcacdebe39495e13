package org.attn4j.models.pretrained;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.generate.CausalModel;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.PublishedGeneration;
import org.attn4j.models.generate.Search;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.pretrained.ModelFixture.Case;

/** What a model generates in a case of a reference. */
final class GenerationParity {

    private GenerationParity() {}

    /**
     * Generates.
     *
     * @return {@code sequences} and {@code sequences_scores}; nothing if the model does not
     *     generate
     */
    static Map<String, NDArray> generate(LoadedModel loaded, Case it, Map<String, NDArray> inputs)
            throws IOException {
        if (loaded.model() instanceof SequenceToSequenceModel model) {
            return translate(loaded, model, it, inputs);
        }
        if (loaded.model() instanceof CausalModel model) {
            JsonObject file = loaded.generationConfig().orElseGet(JsonObject::new);
            return new Generation(model, file, it.arguments())
                    .generate(inputs.get("input_ids"), inputs.get("attention_mask"));
        }
        return Map.of();
    }

    private static Map<String, NDArray> translate(
            LoadedModel loaded, SequenceToSequenceModel model, Case it, Map<String, NDArray> inputs)
            throws IOException {
        JsonObject file = loaded.generationConfig().orElseGet(JsonObject::new);
        GenerationConfig config = PublishedGeneration.config(file, it.arguments());
        NDManager manager = inputs.get("input_ids").getManager();
        List<List<Hypothesis>> found =
                Search.of(config)
                        .search(model, manager, rows(inputs, loaded.model().architecture()));
        Map<String, NDArray> outputs = new LinkedHashMap<>();
        outputs.put("sequences", manager.create(PublishedGeneration.sequences(found, config)));
        if (config.beams() > 1) {
            double[] scores =
                    found.stream().flatMap(List::stream).mapToDouble(Hypothesis::score).toArray();
            float[] values = new float[scores.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) scores[i];
            }
            outputs.put("sequences_scores", manager.create(values));
        }
        return outputs;
    }

    /** The sources without the padding behind them. */
    private static List<int[]> rows(Map<String, NDArray> inputs, String architecture) {
        NDArray ids = inputs.get("input_ids"); // (B, S)
        NDArray mask = inputs.get("attention_mask");
        int length = Math.toIntExact(ids.getShape().get(1));
        long[] tokens = ids.toLongArray();
        long[] visible = mask == null ? null : mask.toLongArray();
        List<int[]> rows = new ArrayList<>();
        for (int from = 0; from < tokens.length; from += length) {
            int count = length;
            while (visible != null && count > 0 && visible[from + count - 1] == 0) {
                count--;
            }
            for (int i = from; visible != null && i < from + count; i++) {
                if (visible[i] == 0) {
                    throw new IllegalArgumentException(
                            architecture
                                    + " generates from sources that are padded at their end, got"
                                    + " an attention_mask that hides a token before others");
                }
            }
            rows.add(
                    Arrays.stream(tokens, from, from + count).mapToInt(Math::toIntExact).toArray());
        }
        return rows;
    }
}
