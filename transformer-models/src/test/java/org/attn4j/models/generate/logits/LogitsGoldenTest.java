package org.attn4j.models.generate.logits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each processor against what transformers 5.18 made of the same scores. */
class LogitsGoldenTest {

    private static final Path FILE = Path.of("src/test/resources/goldens/generation/logits.json");

    @TestFactory
    Stream<DynamicTest> processorsDoWhatTransformersDo() throws IOException {
        JsonArray cases = JsonParser.parseString(Files.readString(FILE)).getAsJsonArray();
        return StreamSupport.stream(cases.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .map(it -> DynamicTest.dynamicTest(name(it), () -> check(it)));
    }

    @Test
    void anEndThatIsBannedStaysBannedHoweverLongTheText() {
        float[] scores = {1, Float.NEGATIVE_INFINITY, -2};
        TokenPenalties.growingEnd(0, 1.5, List.of(1, 2)).process(new int[] {5}, scores);
        assertArrayEquals(new float[] {1, Float.NEGATIVE_INFINITY, -1}, scores);
    }

    private static String name(JsonObject it) {
        return it.get("processor").getAsString() + it.get("args");
    }

    private static void check(JsonObject it) {
        float[] scores = floats(it.getAsJsonArray("scores"));
        float[] expected = floats(it.getAsJsonArray("expected"));
        processor(it).process(ints(it.get("ids")), scores);
        for (int i = 0; i < expected.length; i++) {
            boolean near = Math.abs(expected[i] - scores[i]) <= 2e-6 * Math.abs(expected[i]);
            String place = name(it) + " token " + i + ": " + expected[i] + " " + scores[i];
            assertTrue(expected[i] == scores[i] || near, place);
            assertEquals(expected[i] == Float.NEGATIVE_INFINITY, Float.isInfinite(scores[i]));
        }
    }

    private static LogitsProcessor processor(JsonObject it) {
        JsonArray args = it.getAsJsonArray("args");
        String name = it.get("processor").getAsString();
        return switch (name) {
            case "temperature" -> Warpers.temperature(number(args, 0));
            case "top_k" -> Warpers.topK(whole(args, 0), whole(args, 1));
            case "top_p" -> Warpers.topP(number(args, 0), whole(args, 1));
            case "min_p" -> Warpers.minP(number(args, 0), whole(args, 1));
            case "top_h" -> Warpers.topH(number(args, 0));
            case "typical_p" -> Warpers.typical(number(args, 0), whole(args, 1));
            case "epsilon_cutoff" -> Warpers.epsilon(number(args, 0), whole(args, 1));
            case "eta_cutoff" -> Warpers.eta(number(args, 0), whole(args, 1));
            case "repetition_penalty" -> TokenPenalties.repetition(number(args, 0));
            case "encoder_repetition_penalty" ->
                    TokenPenalties.sourceRepetition(number(args, 0), ints(it.get("source")));
            case "no_repeat_ngram_size" -> TokenBans.repeatedNgrams(whole(args, 0));
            case "encoder_no_repeat_ngram_size" ->
                    TokenBans.ngramsOfSource(whole(args, 0), ints(it.get("source")));
            case "bad_words_ids" -> TokenBans.words(words(args.get(0)), list(args.get(1)));
            case "sequence_bias" -> TokenPenalties.sequences(biases(args.get(0)));
            case "min_length" -> TokenBans.before(whole(args, 0), list(args.get(1)));
            case "forced_eos_token_id" -> ForcedTokens.at(whole(args, 0) - 1, list(args.get(1)));
            case "forced_bos_token_id" -> ForcedTokens.at(1, List.of(whole(args, 0)));
            case "exponential_decay_length_penalty" ->
                    TokenPenalties.growingEnd(
                            args.get(0).getAsJsonArray().get(0).getAsInt() + whole(args, 1),
                            args.get(0).getAsJsonArray().get(1).getAsDouble(),
                            list(args.get(2)));
            case "suppress_tokens" -> TokenBans.always(list(args.get(0)));
            case "begin_suppress_tokens" -> TokenBans.at(whole(args, 1), list(args.get(0)));
            case "prefix_allowed_tokens_fn" -> ForcedTokens.allowed(ids -> ints(args.get(0)), true);
            case "remove_invalid_values" -> Normalisation.finite();
            case "renormalize_logits" -> Normalisation.logSoftmax();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static double number(JsonArray args, int i) {
        return args.get(i).getAsDouble();
    }

    private static int whole(JsonArray args, int i) {
        return args.get(i).getAsInt();
    }

    private static int[] ints(JsonElement array) {
        return list(array).stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<Integer> list(JsonElement array) {
        List<Integer> ids = new ArrayList<>();
        array.getAsJsonArray().forEach(id -> ids.add(id.getAsInt()));
        return ids;
    }

    private static List<List<Integer>> words(JsonElement array) {
        List<List<Integer>> words = new ArrayList<>();
        array.getAsJsonArray().forEach(word -> words.add(list(word)));
        return words;
    }

    private static Map<List<Integer>, Double> biases(JsonElement array) {
        Map<List<Integer>, Double> biases = new HashMap<>();
        for (JsonElement pair : array.getAsJsonArray()) {
            biases.put(
                    list(pair.getAsJsonArray().get(0)), pair.getAsJsonArray().get(1).getAsDouble());
        }
        return biases;
    }

    private static float[] floats(JsonArray array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            String text = array.get(i).getAsString();
            values[i] =
                    switch (text) {
                        case "inf" -> Float.POSITIVE_INFINITY;
                        case "-inf" -> Float.NEGATIVE_INFINITY;
                        case "nan" -> Float.NaN;
                        default -> (float) Double.parseDouble(text);
                    };
        }
        return values;
    }
}
