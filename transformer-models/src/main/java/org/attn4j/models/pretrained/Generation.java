package org.attn4j.models.pretrained;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.generate.CausalModel;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationConfigJson;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.PromptSearch;

/**
 * A call of transformers' {@code generate} for a decoder-only model: prompts as rows of ids filled
 * up at their beginning, in; rows of ids with the prompts before them and filled up at their end,
 * out.
 */
final class Generation {

    private final CausalModel model;
    private final JsonObject settings;
    private final int padId; // -1 for none

    /**
     * Prepares a call.
     *
     * @param model the model
     * @param defaults the {@code generation_config.json}
     * @param arguments the arguments of the call, which go before those
     */
    Generation(CausalModel model, JsonObject defaults, Map<String, JsonElement> arguments) {
        this.model = model;
        settings = defaults.deepCopy();
        if (arguments.containsKey("max_length")) {
            settings.remove("max_new_tokens");
        }
        arguments.forEach(settings::add);
        padId = id("pad_token_id");
    }

    /**
     * Generates.
     *
     * @param ids {@code input_ids}, (B, T) of int64
     * @param mask {@code attention_mask}, (B, T), or null
     * @return {@code sequences} (B', L), and {@code sequences_scores} (B') from beam search
     */
    Map<String, NDArray> generate(NDArray ids, NDArray mask) {
        int length = Math.toIntExact(ids.getShape().get(1));
        long[] tokens = ids.toLongArray();
        GenerationConfig config = config(length);
        List<int[]> prompts = prompts(tokens, mask, length);
        NDManager manager = ids.getManager();
        List<List<Hypothesis>> found = new PromptSearch(config).search(model, manager, prompts);
        List<long[]> rows = new ArrayList<>();
        List<Float> scores = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            for (Hypothesis hypothesis : found.get(i)) {
                rows.add(row(tokens, i * length, length, hypothesis, config.eosId()));
                scores.add((float) hypothesis.score());
            }
        }
        Map<String, NDArray> outputs = new LinkedHashMap<>();
        outputs.put("sequences", rectangle(manager, rows, config.padId()));
        if (config.beams() > 1) {
            float[] values = new float[scores.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = scores.get(i);
            }
            outputs.put("sequences_scores", manager.create(values));
        }
        return outputs;
    }

    /** Lengths in the settings may count the prompt; those of a search do not. */
    private GenerationConfig config(int promptLength) {
        JsonObject own = settings.deepCopy();
        if (!own.has("max_new_tokens")) {
            int whole = own.has("max_length") ? own.get("max_length").getAsInt() : 20;
            if (whole <= promptLength) {
                throw new IllegalArgumentException(
                        "max_length counts the prompt and must be more than its length, got"
                                + " max_length="
                                + whole
                                + ", prompt="
                                + promptLength);
            }
            own.addProperty("max_new_tokens", whole - promptLength);
        }
        if (own.has("min_length") && !own.has("min_new_tokens")) {
            int whole = own.get("min_length").getAsInt();
            own.addProperty("min_new_tokens", Math.max(0, whole - promptLength));
        }
        own.remove("max_length");
        own.remove("min_length");
        int end = id("eos_token_id");
        if (end < 0) {
            throw new IllegalArgumentException("generation needs an eos_token_id");
        }
        if (padId < 0) {
            own.addProperty("pad_token_id", end);
        }
        return GenerationConfigJson.read(own);
    }

    private int id(String name) {
        return settings.has(name) && !settings.get(name).isJsonNull()
                ? settings.get(name).getAsInt()
                : -1;
    }

    /** The prompts without what they are filled up with. */
    private List<int[]> prompts(long[] tokens, NDArray mask, int length) {
        boolean[] seen = new boolean[tokens.length];
        if (mask != null) {
            Number[] values = mask.toArray();
            for (int i = 0; i < seen.length; i++) {
                seen[i] = values[i].doubleValue() != 0;
            }
        } else {
            boolean told = padId >= 0 && padId != id("eos_token_id");
            for (int i = 0; i < seen.length; i++) {
                seen[i] = !told || tokens[i] != padId;
            }
        }
        List<int[]> prompts = new ArrayList<>();
        for (int from = 0; from < tokens.length; from += length) {
            int first = from;
            while (first < from + length && !seen[first]) {
                first++;
            }
            int[] prompt = new int[from + length - first];
            for (int i = 0; i < prompt.length; i++) {
                if (!seen[first + i]) {
                    throw new IllegalArgumentException(
                            "prompts must be filled up at their beginning alone, got row "
                                    + from / length);
                }
                prompt[i] = Math.toIntExact(tokens[first + i]);
            }
            prompts.add(prompt);
        }
        return prompts;
    }

    private static long[] row(
            long[] tokens, int from, int length, Hypothesis hypothesis, int endId) {
        int[] ids = hypothesis.ids();
        int end = hypothesis.finished() ? 1 : 0;
        long[] row =
                Arrays.copyOf(
                        Arrays.copyOfRange(tokens, from, from + length), length + ids.length + end);
        for (int i = 0; i < ids.length; i++) {
            row[length + i] = ids[i];
        }
        if (end == 1) {
            row[row.length - 1] = endId;
        }
        return row;
    }

    private static NDArray rectangle(NDManager manager, List<long[]> rows, int padId) {
        int width = rows.stream().mapToInt(row -> row.length).max().orElse(0);
        long[] ids = new long[Math.multiplyExact(rows.size(), width)];
        Arrays.fill(ids, padId);
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, ids, i * width, rows.get(i).length);
        }
        return manager.create(ids, new Shape(rows.size(), width));
    }
}
