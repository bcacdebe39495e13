package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class ObservedModelTest {

    private static final Path GENERATING = Path.of("src/test/resources/goldens/generation/texts");

    private static ObservedModel load(Path folder) throws IOException {
        return ObservedModel.load(folder, Pretrained.loader().optEngine(TestEngine.name()));
    }

    private static List<String> texts(ObservedSequence sequence) {
        return sequence.tokens().stream().map(ObservedToken::text).toList();
    }

    private static List<Integer> words(ObservedSequence sequence) {
        return sequence.tokens().stream().map(ObservedToken::word).toList();
    }

    /**
     * The vocabulary of the model has "the", "ca", "##t", "s", "##at"; words count on in a pair.
     */
    @Test
    void tokensCarryTheirTextTheirPlaceAndTheirWord() throws IOException {
        try (ObservedModel model = load(TaskFixture.named("bert_classify"))) {
            List<ObservedSequence> seen = model.observe("The  cat", "sat", (site, weights) -> {});
            assertEquals(1, seen.size());
            ObservedSequence text = seen.get(0);
            assertEquals(ObservedSequence.TEXT, text.name());
            assertEquals(List.of("The  cat", "sat"), text.texts());
            assertEquals(
                    List.of("[CLS]", "The", "ca", "t", "[SEP]", "s", "at", "[SEP]"), texts(text));
            assertEquals(List.of(-1, 0, 1, 1, -1, 2, 2, -1), words(text));
            assertEquals(new ObservedToken("##t", "t", 0, 7, 8, 1), text.tokens().get(3));
            assertEquals(new ObservedToken("s", "s", 1, 0, 1, 2), text.tokens().get(5));
            assertTrue(text.tokens().get(0).special());
        }
    }

    /** The block is asked by itself, with the ids that the tokenizer gives. */
    @ParameterizedTest
    @ValueSource(strings = {"bert_classify", "roberta_fill_mask", "albert_sentence"})
    void theWeightsOfAnEncoderAreThoseThatItTellsForTheIds(String name) throws IOException {
        Map<String, float[]> told = new LinkedHashMap<>();
        try (ObservedModel model = load(TaskFixture.named(name));
                ModelTokenizer tokenizer = ModelTokenizer.load(TaskFixture.named(name));
                NDManager manager = model.model().manager().newSubManager()) {
            model.observe("the cat sat", null, keeping(told));
            Map<String, float[]> expected = new LinkedHashMap<>();
            long[] ids = tokenizer.encode("the cat sat").ids();
            ModelInputs in = ModelInputs.of(HostArrays.of(manager, ids, new Shape(1, ids.length)));
            model.model().run(in.withObserver(keeping(expected)));
            assertSame(expected, told);
            String site = told.keySet().iterator().next();
            assertTrue(model.mechanism(site).orElseThrow() instanceof MultiHeadAttention);
            assertTrue(model.mechanism("layers.77.self_attn").isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bart_text", "marian_text", "t5_text"})
    void aTargetIsReadOnePositionAfterItIsWritten(String name) throws IOException {
        Path folder = GENERATING.resolve(name);
        Map<String, float[]> told = new LinkedHashMap<>();
        try (ObservedModel model = load(folder);
                ModelTokenizer tokenizer = ModelTokenizer.load(folder);
                NDManager manager = model.model().manager().newSubManager()) {
            List<ObservedSequence> seen = model.observe("the cat", "the dog", keeping(told));
            assertEquals(
                    List.of(
                            ObservedSequence.SOURCE,
                            ObservedSequence.TARGET,
                            ObservedSequence.OUTPUT),
                    seen.stream().map(ObservedSequence::name).toList());
            List<ObservedToken> read = seen.get(1).tokens();
            List<ObservedToken> written = seen.get(2).tokens();
            assertEquals(read.subList(1, read.size()), written.subList(0, written.size() - 1));
            assertTrue(read.get(0).special() && written.get(written.size() - 1).special());

            int start = model.model().config().get("decoder_start_token_id").getAsInt();
            int[] target = tokenizer.targetIds("the dog");
            int[] inputs = new int[target.length + 1];
            inputs[0] = start;
            System.arraycopy(target, 0, inputs, 1, target.length);
            Map<String, float[]> expected = new LinkedHashMap<>();
            long[] source = tokenizer.encode("the cat").ids();
            model.model()
                    .model(SequenceToSequenceModel.class)
                    .logits(
                            HostArrays.of(manager, source, new Shape(1, source.length)),
                            HostArrays.of(
                                    manager,
                                    Arrays.stream(inputs).asLongStream().toArray(),
                                    new Shape(1, inputs.length)),
                            keeping(expected));
            assertSame(expected, told);
        }
    }

    @Test
    void withoutATargetTheModelWritesWhatItGenerates() throws IOException {
        Path folder = GENERATING.resolve("marian_text");
        try (ObservedModel model = load(folder);
                TextGenerator generator =
                        TextGenerator.load(
                                folder, Pretrained.loader().optEngine(TestEngine.name()))) {
            GenerationRequest request = GenerationRequest.builder().build();
            String wanted = generator.generate("the cat", request).text();
            ObservedSequence output = model.observe("the cat", null, (site, w) -> {}).get(2);
            assertEquals(wanted, output.texts().get(0));
        }
    }

    /** As transformers shifts the source for BartForSequenceClassification. */
    @Test
    void aDecoderThatClassifiesReadsTheSourceOnePositionLater() throws IOException {
        try (ObservedModel model = load(TaskFixture.named("bart_classify"))) {
            Map<String, float[]> told = new LinkedHashMap<>();
            List<ObservedSequence> seen = model.observe("the cat", null, keeping(told));
            List<String> source = texts(seen.get(0));
            List<String> read = texts(seen.get(1));
            assertEquals(source.subList(0, source.size() - 1), read.subList(1, read.size()));
            assertTrue(told.containsKey("decoder.layers.0.encoder_attn"), told.keySet()::toString);
        }
    }

    @Test
    void whatCannotBeReadIsRefused() throws IOException {
        try (ObservedModel model = load(TaskFixture.named("bert_classify"))) {
            String text = "the old doctor ".repeat(40);
            IllegalArgumentException tooLong =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> model.observe(text, null, (site, weights) -> {}));
            assertTrue(tooLong.getMessage().contains("positions for 64"), tooLong.getMessage());
        }
        try (ObservedModel model = load(GENERATING.resolve("gpt2_text"))) {
            IllegalArgumentException second =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> model.observe("the cat", "sat", (site, weights) -> {}));
            assertTrue(second.getMessage().contains("leave out"), second.getMessage());
        }
    }

    private static AttentionObserver keeping(Map<String, float[]> kept) {
        return (site, weights) -> kept.put(site, weights.toFloatArray());
    }

    private static void assertSame(Map<String, float[]> expected, Map<String, float[]> told) {
        assertEquals(List.copyOf(expected.keySet()), List.copyOf(told.keySet()));
        expected.forEach((site, weights) -> assertArrayEquals(weights, told.get(site), 0, site));
    }
}
