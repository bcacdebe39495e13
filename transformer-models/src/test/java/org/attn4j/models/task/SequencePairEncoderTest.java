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
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What transformers' tokenizers give for {@code text_target}, and its models' label shifts. */
@Tag("engine")
class SequencePairEncoderTest {

    private static final Path FOLDER = Path.of("src/test/resources/goldens/generation/texts");
    private static final String READ = "The cat sat.";
    private static final String WRITTEN = "le chat est";

    private static TextGenerator load(String name) throws IOException {
        return TextGenerator.load(
                FOLDER.resolve(name), Pretrained.loader().optEngine(TestEngine.name()));
    }

    private static GenerationRequest languages(String source, String target) {
        return GenerationRequest.builder().optLanguages(source, target).build();
    }

    /**
     * The marks around a text on both sides and before the decoder's inputs, which are the labels
     * without their last.
     */
    @ParameterizedTest
    @CsvSource({
        "t5_text,,, TEXT </s>, TEXT </s>, <pad> TEXT",
        "marian_text,,, TEXT </s>, TEXT </s>, <pad> TEXT",
        "bart_text,,, <s> TEXT </s>, <s> TEXT </s>, </s> <s> TEXT",
        "mbart_text, en_XX, ro_RO, TEXT </s> en_XX, TEXT </s> ro_RO, ro_RO TEXT </s>",
        "mbart50_text, en_XX, fr_XX, en_XX TEXT </s>, fr_XX TEXT </s>, </s> fr_XX TEXT",
    })
    void marksAreThoseOfTheFamily(
            String name, String source, String target, String read, String labels, String inputs)
            throws IOException {
        try (TextGenerator generator = load(name);
                NDManager manager = generator.model().manager().newSubManager()) {
            GenerationRequest request = languages(source, target);
            SequencePairEncoder encoder = new SequencePairEncoder(generator, request);
            ModelTokenizer tokenizer = generator.tokenizer();
            assertEquals(
                    marked(read, tokenizer, tokenizer.ids(READ)), list(encoder.source(READ, 0)));
            int[] ids = encoder.labels(WRITTEN, 0);
            assertEquals(marked(labels, tokenizer, tokenizer.targetIds(WRITTEN)), list(ids));
            long[] row = Arrays.stream(ids).asLongStream().toArray();
            long[] shifted =
                    generator
                            .model()
                            .model(EncoderDecoder.class)
                            .decoderInputs(HostArrays.of(manager, row, new Shape(1, row.length)))
                            .toLongArray();
            assertEquals(
                    marked(inputs, tokenizer, tokenizer.targetIds(WRITTEN)),
                    Arrays.stream(shifted).boxed().toList());
        }
    }

    private static List<Long> marked(String marks, ModelTokenizer tokenizer, int[] text) {
        return Arrays.stream(marks.split(" "))
                .flatMap(
                        mark ->
                                mark.equals("TEXT")
                                        ? IntStream.of(text).asLongStream().boxed()
                                        : java.util.stream.Stream.of(
                                                (long) tokenizer.idOf(mark).orElseThrow()))
                .collect(Collectors.toList());
    }

    private static List<Long> list(int[] ids) {
        return IntStream.of(ids).asLongStream().boxed().toList();
    }

    /** The prefix of the task that t5_text has settings for. */
    @Test
    void thePrefixOfATaskStandsBeforeTheSource() throws IOException {
        try (TextGenerator generator = load("t5_text")) {
            GenerationRequest request =
                    GenerationRequest.builder().optTask("translation_en_to_fr").build();
            String prefix =
                    generator
                            .model()
                            .config()
                            .getAsJsonObject("task_specific_params")
                            .getAsJsonObject("translation_en_to_fr")
                            .get("prefix")
                            .getAsString();
            assertTrue(prefix.endsWith(": "), prefix);
            assertArrayEquals(
                    generator.tokenizer().encode(prefix + READ).ids(),
                    IntStream.of(new SequencePairEncoder(generator, request).source(READ, 0))
                            .asLongStream()
                            .toArray());
        }
    }

    @Test
    void whatIsCutKeepsItsMarks() throws IOException {
        try (TextGenerator generator = load("mbart_text")) {
            SequencePairEncoder encoder =
                    new SequencePairEncoder(generator, languages("en_XX", "ro_RO"));
            int[] whole = encoder.source(READ, 0);
            int[] cut = encoder.source(READ, 4);
            int[] expected = {whole[0], whole[1], whole[whole.length - 2], whole[whole.length - 1]};
            assertArrayEquals(expected, cut);
            assertEquals(4, encoder.labels(WRITTEN, 4).length);
        }
    }

    /**
     * The score of a target is the loss of its labels, but for the tokens that are no part of it:
     * mBART's language after the end.
     */
    @ParameterizedTest
    @CsvSource({
        "t5_text,,,0",
        "bart_text,,,0",
        "marian_text,,,0",
        "mbart50_text, en_XX, fr_XX, 1",
        "mbart_text, en_XX, ro_RO, 1",
    })
    void theScoreIsTheLossOfTheLabels(String name, String source, String target, int apart)
            throws IOException {
        try (TextGenerator generator = load(name);
                NDManager manager = generator.model().manager().newSubManager()) {
            GenerationRequest request = languages(source, target);
            SequencePairEncoder encoder = new SequencePairEncoder(generator, request);
            int[] labels = encoder.labels(WRITTEN, 0);
            long[] counted = Arrays.stream(labels).asLongStream().toArray();
            if (apart > 0) {
                counted[name.equals("mbart_text") ? counted.length - 1 : 0] = -100;
            }
            long[] whole = Arrays.stream(labels).asLongStream().toArray();
            Shape shape = new Shape(1, labels.length);
            long[] read = list(encoder.source(READ, 0)).stream().mapToLong(i -> i).toArray();
            ModelInputs in =
                    ModelInputs.of(HostArrays.of(manager, read, new Shape(1, read.length)))
                            .with(
                                    "decoder_input_ids",
                                    generator
                                            .model()
                                            .model(EncoderDecoder.class)
                                            .decoderInputs(HostArrays.of(manager, whole, shape)))
                            .with("labels", HostArrays.of(manager, counted, shape));
            float loss = generator.model().run(in).require("loss").getFloat();
            Hypothesis scored =
                    Outcome.values(
                                    new TextScorer(generator, request)
                                            .score(List.of(READ), List.of(WRITTEN)))
                            .get(0);
            int tokens = labels.length - apart;
            assertEquals(tokens, scored.tokenLogProbabilities().length);
            assertEquals(-loss * tokens, scored.logProbability(), 1e-3);
        }
    }

    @Test
    void aModelThatGoesOnWithTextsIsRefused() throws IOException {
        try (TextGenerator generator = load("gpt2_text")) {
            Exception e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> new SequencePairEncoder(generator, GenerationRequest.DEFAULT));
            assertTrue(e.getMessage().startsWith("GPT2LMHeadModel goes on"), e.getMessage());
        }
    }
}
