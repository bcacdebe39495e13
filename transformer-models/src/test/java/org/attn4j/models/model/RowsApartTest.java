package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attn4j.models.generate.FinishReason;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationHooks;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.SearchInput;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * What is generated for a row is that of the row alone, whatever stands beside it: for each kind of
 * positions and each setting of generation.
 */
@Tag("engine")
@Tag("slow")
class RowsApartTest {

    private static final Path GOLDENS = Path.of("src/test/resources/goldens");

    /**
     * By their positions: learned, rotary and its scalings by length, ALiBi, relative, both sides.
     */
    private static final List<String> MODELS =
            List.of(
                    "models/gpt2_lm_a",
                    "models/opt_lm_a",
                    "models/llama_lm_a",
                    "models/mistral_lm_a",
                    "models/bloom_lm_a",
                    "models/gpt_neox_lm_a",
                    "models/deepseek_v3_moe_lm_a",
                    "decoders/llama_dynamic",
                    "decoders/llama_longrope",
                    "decoders/gpt_neox_dynamic",
                    "models/bart_a",
                    "models/mbart_a",
                    "models/marian_mt_a",
                    "models/t5_v1_1_a",
                    "models/bert2bert_a");

    /** Each alone changes what is generated, or when it ends. */
    private static final List<String> SETTINGS =
            List.of(
                    "{'max_length': 14}",
                    "{'max_length': 16, 'min_length': 13, 'eos_token_id': [2, 3, 4, 5, 6, 7, 8, 9]}",
                    "{'max_new_tokens': 8, 'min_new_tokens': 4, 'eos_token_id': [2, 3, 4, 5, 6]}",
                    "{'max_new_tokens': 7, 'forced_eos_token_id': 3}",
                    "{'max_length': 15, 'forced_eos_token_id': 3}",
                    "{'max_new_tokens': 7, 'forced_bos_token_id': 4}",
                    "{'max_new_tokens': 8, 'repetition_penalty': 1.7}",
                    "{'max_new_tokens': 8, 'encoder_repetition_penalty': 1.7}",
                    "{'max_new_tokens': 8, 'no_repeat_ngram_size': 2}",
                    "{'max_new_tokens': 8, 'encoder_no_repeat_ngram_size': 1}",
                    "{'max_new_tokens': 8, 'bad_words_ids': [[5], [6, 7], [8, 9, 10]]}",
                    "{'max_new_tokens': 8, 'sequence_bias': [[[5], 3.0], [[6, 7], 4.0]]}",
                    "{'max_new_tokens': 8, 'suppress_tokens': [5, 6],"
                            + " 'begin_suppress_tokens': [7, 8]}",
                    "{'max_length': 17, 'exponential_decay_length_penalty': [2, 1.6],"
                            + " 'eos_token_id': 3}",
                    "{'max_new_tokens': 8, 'cache_implementation': 'static'}",
                    "{'max_new_tokens': 6, 'num_beams': 3, 'num_return_sequences': 2}",
                    "{'max_length': 15, 'num_beams': 3, 'length_penalty': 2.0,"
                            + " 'eos_token_id': [2, 3, 4, 5, 6, 7, 8, 9]}",
                    "{'max_length': 15, 'num_beams': 3, 'early_stopping': true,"
                            + " 'eos_token_id': [2, 3, 4, 5, 6, 7, 8, 9]}",
                    "{'max_length': 15, 'num_beams': 3, 'early_stopping': 'never',"
                            + " 'length_penalty': 1.0, 'eos_token_id': [2, 3, 4, 5, 6, 7, 8, 9]}",
                    "{'max_new_tokens': 8, 'do_sample': true, 'seed': 3, 'temperature': 1.5,"
                            + " 'top_k': 0, 'num_return_sequences': 2}",
                    "{'max_length': 16, 'do_sample': true, 'seed': 4, 'top_p': 0.9,"
                            + " 'renormalize_logits': true}",
                    "{'max_new_tokens': 6, 'do_sample': true, 'seed': 5, 'num_beams': 2}");

    @TestFactory
    Stream<DynamicTest> aRowGivesWhatItGivesAlone() {
        return MODELS.stream().map(name -> dynamicTest(name, () -> check(name)));
    }

    private static void check(String name) throws IOException {
        try (LoadedModel model =
                Pretrained.loader().optEngine(TestEngine.name()).load(GOLDENS.resolve(name))) {
            for (String settings : SETTINGS) {
                Rows rows = new Rows(model, settings);
                List<List<Hypothesis>> alone =
                        IntStream.range(0, rows.inputs.size())
                                .mapToObj(row -> rows.generate(List.of(row)).get(0))
                                .toList();
                for (List<Integer> batch : List.of(List.of(0, 1, 2, 3), List.of(3, 0, 4, 0))) {
                    List<List<Hypothesis>> found = rows.generate(batch);
                    for (int i = 0; i < batch.size(); i++) {
                        String what = name + " " + settings + " row " + batch.get(i);
                        assertSame(alone.get(batch.get(i)), found.get(i), what);
                    }
                }
            }
        }
    }

    /** More rows than are decoded at a time: some join when others are done. */
    @TestFactory
    Stream<DynamicTest> rowsThatJoinOthersGiveWhatTheyGiveAlone() {
        return Stream.of(
                        "models/gpt2_lm_a",
                        "models/llama_lm_a",
                        "models/gpt_neox_lm_a",
                        "models/bart_a",
                        "models/mbart_a",
                        "models/marian_mt_a",
                        "models/t5_v1_1_a")
                .map(name -> dynamicTest(name, () -> checkJoining(name)));
    }

    private static void checkJoining(String name) throws IOException {
        String ends = "'eos_token_id': [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]";
        List<String> settings =
                List.of(
                        "{'max_new_tokens': 12, 'do_sample': true, 'seed': 3, 'top_k': 0, "
                                + ends
                                + "}",
                        "{'max_new_tokens': 12, 'repetition_penalty': 1.7, " + ends + "}",
                        "{'max_new_tokens': 12, 'num_beams': 3, 'num_return_sequences': 3, "
                                + ends
                                + "}");
        try (LoadedModel model =
                Pretrained.loader().optEngine(TestEngine.name()).load(GOLDENS.resolve(name))) {
            for (String each : settings) {
                Rows rows = new Rows(model, each, IntStream.range(0, 90).map(i -> 1 + i % 13));
                List<List<Hypothesis>> found =
                        rows.generate(IntStream.range(0, 90).boxed().toList());
                for (int i = 0; i < 90; i += 7) {
                    List<Hypothesis> alone = rows.generate(List.of(i)).get(0);
                    assertSame(alone, found.get(i), name + " " + each + " row " + i);
                }
            }
        }
    }

    /**
     * Rows of a batch are summed up in another order than a row alone. The bound is 64 units in the
     * last place of the greatest number that goes into a log-probability.
     */
    private static void assertSame(List<Hypothesis> alone, List<Hypothesis> found, String what) {
        assertEquals(alone.size(), found.size(), what);
        for (int i = 0; i < alone.size(); i++) {
            assertArrayEquals(alone.get(i).ids(), found.get(i).ids(), what);
            assertEquals(alone.get(i).reason(), found.get(i).reason(), what);
            assertEquals(alone.get(i).endId(), found.get(i).endId(), what);
            float[] logs = alone.get(i).tokenLogProbabilities();
            float greatest = 8; // of the logits
            for (float log : logs) {
                greatest = Math.max(greatest, Math.abs(log));
            }
            float bound = 64 * Math.ulp(greatest);
            assertArrayEquals(logs, found.get(i).tokenLogProbabilities(), bound, what);
            assertEquals(alone.get(i).score(), found.get(i).score(), bound * logs.length, what);
        }
    }

    /** Prompts or sources as a call of generate reads them. */
    private static final class Rows {

        private final LoadedModel model;
        private final Generation generation;
        private final List<SearchInput> inputs = new ArrayList<>();

        /** Of 1, 4, 7, 12 and 4 tokens. */
        Rows(LoadedModel model, String settings) throws IOException {
            this(model, settings, IntStream.of(1, 4, 7, 12, 4));
        }

        Rows(LoadedModel model, String settings, IntStream lengths) throws IOException {
            this.model = model;
            generation = new Generation(model, arguments(settings), Set.of());
            boolean sources = Generation.isEncoderDecoder(model);
            Random random = new Random(11);
            for (int length : lengths.toArray()) {
                int[] ids = random.ints(length, 2, 30).toArray();
                inputs.add(
                        SearchInput.of(ids)
                                .withLengths(generation.lengths(sources ? 1 : ids.length)));
            }
        }

        List<List<Hypothesis>> generate(List<Integer> rows) {
            List<SearchInput> batch = rows.stream().map(inputs::get).toList();
            return RowsApartTest.generate(model, generation, batch);
        }
    }

    @TestFactory
    Stream<DynamicTest> positionsRunOutForEachRowByItself() {
        return Stream.of("models/gpt2_lm_a", "models/opt_lm_a", "models/bart_a")
                .map(name -> dynamicTest(name, () -> positionsRunOut(name)));
    }

    private static void positionsRunOut(String name) throws IOException {
        try (LoadedModel model =
                Pretrained.loader().optEngine(TestEngine.name()).load(GOLDENS.resolve(name))) {
            String endless = "{'max_new_tokens': 100000, 'min_new_tokens': 100000}";
            Generation generation = new Generation(model, arguments(endless), Set.of());
            int positions = model.model().maxTokens().orElseThrow();
            List<SearchInput> inputs = new ArrayList<>();
            for (int length : new int[] {1, positions - 2, positions}) {
                int[] ids = IntStream.range(0, length).map(i -> 5 + i % 20).toArray();
                inputs.add(SearchInput.of(ids).withLengths(generation.lengths(1)));
            }
            List<List<Hypothesis>> found = generate(model, generation, inputs);
            for (int i = 0; i < inputs.size(); i++) {
                Hypothesis row = found.get(i).get(0);
                boolean source = Generation.isEncoderDecoder(model);
                int before = source ? 1 : inputs.get(i).source().length;
                assertEquals(positions - before + 1, row.ids().length, name);
                assertEquals(FinishReason.POSITIONS, row.reason());
            }
        }
    }

    private static Map<String, JsonElement> arguments(String settings) {
        return new LinkedHashMap<>(JsonParser.parseString(settings).getAsJsonObject().asMap());
    }

    private static List<List<Hypothesis>> generate(
            LoadedModel model, Generation generation, List<SearchInput> batch) {
        try (NDManager manager = model.manager().newSubManager()) {
            GenerationConfig config = generation.config(1);
            return generation.find(manager, config, GenerationHooks.NONE, batch, false);
        }
    }
}
