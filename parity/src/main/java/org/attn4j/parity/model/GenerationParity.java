package org.attn4j.parity.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.common.Require;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationHooks;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.Lengths;
import org.attn4j.models.generate.SearchInput;
import org.attn4j.models.model.Generation;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.parity.model.ModelFixture.Case;

/** What a model generates in a case of a reference: arrays of padded rows, in and out. */
final class GenerationParity {

    private final Generation generation;
    private final Map<String, NDArray> inputs;
    private final NDManager manager;
    private final int[][] ids; // input_ids, (B, S)
    private final boolean[][] visible; // (B, S)

    private GenerationParity(LoadedModel loaded, Case it, Map<String, NDArray> inputs)
            throws IOException {
        generation = new Generation(loaded, it.arguments(), Set.of());
        this.inputs = inputs;
        manager = inputs.get("input_ids").getManager();
        ids = rows(inputs.get("input_ids"));
        visible = visible(inputs.get("attention_mask"));
    }

    /**
     * Generates.
     *
     * @return {@code sequences} and {@code sequences_scores}; nothing if the model does not
     *     generate
     */
    static Map<String, NDArray> generate(LoadedModel loaded, Case it, Map<String, NDArray> inputs)
            throws IOException {
        if (!Generation.isPossible(loaded)) {
            return Map.of();
        }
        GenerationParity parity = new GenerationParity(loaded, it, inputs);
        return Generation.isEncoderDecoder(loaded) ? parity.translate() : parity.prolong();
    }

    /** The target of each source, after what the decoder is given. */
    private Map<String, NDArray> translate() {
        int[][] given =
                inputs.containsKey("decoder_input_ids")
                        ? rows(inputs.get("decoder_input_ids"))
                        : null;
        int start = generation.config(1).decoderStartId();
        boolean started = given != null && Arrays.stream(given).anyMatch(row -> row[0] == start);
        List<SearchInput> all = new ArrayList<>();
        List<int[]> before = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            SearchInput input = SearchInput.of(source(i)).withSeenSource(ids[i]);
            if (given != null) {
                int from = started ? 1 : 0;
                int[] prompt = Arrays.copyOfRange(given[i], from, given[i].length);
                int[] first = {started ? given[i][0] : start};
                input = input.withContext(first).withPrompt(prompt);
            }
            all.add(input);
            JsonElement own = generation.setting("decoder_start_token_id");
            boolean many = own != null && own.isJsonArray() && given == null;
            int[] context = input.context() == null ? new int[] {start} : input.context();
            before.add(many ? new int[] {own.getAsJsonArray().get(i).getAsInt()} : context);
        }
        int length = 1 + (given == null ? 0 : all.get(0).prompt().length);
        return outputs(length, all, before);
    }

    /** The source without the padding behind it. */
    private int[] source(int row) {
        int count = ids[row].length;
        while (count > 0 && !visible[row][count - 1]) {
            count--;
        }
        for (int i = 0; i < count; i++) {
            Require.that(
                    visible[row][i],
                    "an encoder-decoder model generates from sources that are padded at"
                            + " their end, got an attention_mask that hides a token before others");
        }
        return Arrays.copyOf(ids[row], count);
    }

    /** The continuation of each prompt. */
    private Map<String, NDArray> prolong() {
        List<SearchInput> all = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            // Rules see the padding too, as transformers' do.
            all.add(SearchInput.of(prompt(i)).withSeenSource(ids[i]).withContext(ids[i]));
        }
        return outputs(ids[0].length, all, List.of(ids));
    }

    /** The prompt without the padding before it. */
    private int[] prompt(int row) {
        int first = 0;
        while (first < ids[row].length && !visible[row][first]) {
            first++;
        }
        for (int i = first; i < ids[row].length; i++) {
            Require.that(
                    visible[row][i],
                    "prompts must be filled up at their beginning alone, got row %s",
                    row);
        }
        return Arrays.copyOfRange(ids[row], first, ids[row].length);
    }

    private Map<String, NDArray> outputs(
            int promptLength, List<SearchInput> all, List<int[]> before) {
        GenerationConfig config = generation.config(promptLength);
        Lengths lengths = generation.lengths(promptLength);
        List<List<Hypothesis>> found =
                generation.find(
                        manager,
                        config,
                        GenerationHooks.NONE,
                        generation.withStarts(all).stream()
                                .map(it -> it.withLengths(lengths))
                                .toList(),
                        true);
        List<long[]> rows = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            for (Hypothesis hypothesis : found.get(i)) {
                IntStream end =
                        hypothesis.finished()
                                ? IntStream.of(hypothesis.endId())
                                : IntStream.empty();
                IntStream ids = IntStream.concat(Arrays.stream(hypothesis.ids()), end);
                rows.add(
                        IntStream.concat(Arrays.stream(before.get(i)), ids)
                                .asLongStream()
                                .toArray());
            }
        }
        Map<String, NDArray> outputs = new LinkedHashMap<>();
        outputs.put("sequences", rectangle(rows, config.padId()));
        if (config.beams() > 1) {
            List<Hypothesis> flat = found.stream().flatMap(List::stream).toList();
            float[] scores = new float[flat.size()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = (float) flat.get(i).score();
            }
            outputs.put(
                    "sequences_scores", HostArrays.of(manager, scores, new Shape(scores.length)));
        }
        return outputs;
    }

    private NDArray rectangle(List<long[]> rows, int padId) {
        int width = rows.stream().mapToInt(row -> row.length).max().orElse(0);
        long[] flat = new long[Math.multiplyExact(rows.size(), width)];
        Arrays.fill(flat, padId);
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, flat, i * width, rows.get(i).length);
        }
        return HostArrays.of(manager, flat, new Shape(rows.size(), width));
    }

    /** Which tokens count: as the mask says, or all but padding that is no end token. */
    private boolean[][] visible(NDArray mask) {
        if (mask != null) {
            Number[] values = mask.toArray();
            return rectangle((row, column) -> values[row * ids[0].length + column].intValue() != 0);
        }
        GenerationConfig config = generation.config(1);
        boolean told =
                generation.setting("pad_token_id") != null
                        && !config.eosIds().contains(config.padId());
        return rectangle((row, column) -> !told || ids[row][column] != config.padId());
    }

    private interface Place {
        boolean holds(int row, int column);
    }

    private boolean[][] rectangle(Place place) {
        boolean[][] rows = new boolean[ids.length][ids[0].length];
        for (int row = 0; row < rows.length; row++) {
            for (int column = 0; column < rows[row].length; column++) {
                rows[row][column] = place.holds(row, column);
            }
        }
        return rows;
    }

    private static int[][] rows(NDArray array) {
        int length = Math.toIntExact(array.getShape().get(1));
        long[] flat = array.toLongArray();
        return IntStream.range(0, flat.length / length)
                .mapToObj(
                        row ->
                                Arrays.stream(flat, row * length, (row + 1) * length)
                                        .mapToInt(Math::toIntExact)
                                        .toArray())
                .toArray(int[][]::new);
    }
}
