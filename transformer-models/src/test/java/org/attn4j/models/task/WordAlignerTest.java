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
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.WordAligner.Step;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against weights that are read, summed and averaged token by token. */
@Tag("engine")
class WordAlignerTest {

    private static final Path FOLDER = Path.of("src/test/resources/goldens/generation/texts");
    private static final String SOURCE = "The cat sat.";
    private static final String TARGET = "le chat est la";

    /** Float32 sums of a dozen weights below 1, in batches of other shapes. */
    private static final float ROUNDING = 1e-5f;

    private static TextGenerator load(String name) throws IOException {
        return TextGenerator.load(
                FOLDER.resolve(name), Pretrained.loader().optEngine(TestEngine.name()));
    }

    private static GenerationRequest languages(String source, String target) {
        return GenerationRequest.builder().optLanguages(source, target).build();
    }

    /** The words of tokens by the mark at the beginning of a word; special tokens are of none. */
    private static int[] words(TokenizedText tokens) {
        int[] words = new int[tokens.length()];
        int word = -1;
        for (int i = 0; i < words.length; i++) {
            String token = tokens.tokens()[i];
            boolean first = word < 0;
            if (!tokens.special()[i] && (first || token.startsWith("▁") || token.startsWith("Ġ"))) {
                word++;
            }
            words[i] = tokens.special()[i] ? -1 : word;
        }
        return words;
    }

    /** What one head of a layer gives for the tokens of a target, with the start before them. */
    private static float[][] expected(
            TextGenerator generator,
            TokenizedText source,
            TokenizedText target,
            int start,
            int layer,
            int later) {
        long[] inputs =
                LongStream.concat(LongStream.of(start), Arrays.stream(target.ids())).toArray();
        float[][] sums = new float[4][3];
        int[] counts = new int[4];
        int[] sourceWords = words(source);
        int[] targetWords = words(target);
        try (NDManager manager = generator.model().manager().newSubManager()) {
            WeightsRecorder recorder = new WeightsRecorder();
            generator
                    .model()
                    .model(SequenceToSequenceModel.class)
                    .logits(
                            HostArrays.of(manager, source.ids(), new Shape(1, source.length())),
                            HostArrays.of(manager, inputs, new Shape(1, inputs.length)),
                            recorder);
            var weights = recorder.weights("decoder.layers." + layer + ".encoder_attn");
            int heads = Math.toIntExact(weights.getShape().get(1));
            for (int t = 0; t < target.length(); t++) {
                if (targetWords[t] >= 0) {
                    counts[targetWords[t]]++;
                    for (int s = 0; s < source.length(); s++) {
                        for (int head = 0; head < heads && sourceWords[s] >= 0; head++) {
                            sums[targetWords[t]][sourceWords[s]] +=
                                    weights.getFloat(0, head, t + later, s) / heads;
                        }
                    }
                }
            }
        }
        for (int word = 0; word < sums.length; word++) {
            for (int s = 0; s < sums[word].length; s++) {
                sums[word][s] /= counts[word];
            }
        }
        return sums;
    }

    private static void assertClose(float[][] expected, SoftAlignment found) {
        assertEquals(expected.length, found.weights().length);
        for (int word = 0; word < expected.length; word++) {
            assertArrayEquals(expected[word], found.weights()[word], ROUNDING);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "t5_text,,,<pad>",
        "marian_text,,,<pad>",
        "bart_text,,,</s>",
        "mbart50_text, en_XX, fr_XX, </s>",
        "mbart_text, en_XX, ro_RO, ro_RO",
    })
    void readsTheWeightsOfTheStepThatPredictsAToken(
            String name, String from, String to, String start) throws IOException {
        try (TextGenerator generator = load(name)) {
            SequencePairEncoder encoder = new SequencePairEncoder(generator, languages(from, to));
            TokenizedText source = encoder.sourceTokens(SOURCE, 0);
            TokenizedText whole = encoder.tokenizer().encodeTarget(TARGET, EncodeOptions.DEFAULT);
            int startId = generator.tokenizer().idOf(start).orElseThrow();
            WordAligner aligner = new WordAligner(generator, languages(from, to));
            for (Step step : Step.values()) {
                for (int layer = 0; layer < aligner.layers(); layer++) {
                    int wanted = layer;
                    SoftAlignment found =
                            aligner.align(
                                            List.of(SOURCE),
                                            List.of(TARGET),
                                            step,
                                            (pair, seen) -> seen.layer(wanted))
                                    .get(0);
                    int later = step == Step.READS ? 1 : 0;
                    assertClose(expected(generator, source, whole, startId, layer, later), found);
                }
            }
        }
    }

    @Test
    void paddingIsHiddenAndPairsKeepTheirPlaces() throws IOException {
        try (TextGenerator generator = load("marian_text")) {
            WordAligner aligner = new WordAligner(generator, GenerationRequest.DEFAULT);
            List<String> sources =
                    List.of("The cat sat. The cat sat. The", "cat", SOURCE, "The cat");
            List<String> targets = List.of("le", TARGET, "chat le", "");
            List<SoftAlignment> together =
                    aligner.align(
                            sources,
                            targets,
                            Step.PREDICTS,
                            (pair, seen) -> {
                                assertEquals(
                                        sources.get(pair), String.join(" ", seen.source().words()));
                                return seen.layer(0);
                            });
            for (int i = 0; i < sources.size(); i++) {
                SoftAlignment alone =
                        aligner.align(
                                        List.of(sources.get(i)),
                                        List.of(targets.get(i)),
                                        Step.PREDICTS,
                                        (pair, seen) -> seen.layer(0))
                                .get(0);
                assertClose(alone.weights(), together.get(i));
            }
            assertEquals(0, together.get(3).weights().length);
        }
    }

    /** What is generated is aligned as the same tokens are that are given. */
    @Test
    void alignsWhatWasGenerated() throws IOException {
        try (TextGenerator generator = load("t5_text")) {
            GenerationRequest request =
                    GenerationRequest.builder()
                            .optBeams(3)
                            .opt("num_return_sequences", 3)
                            .opt("max_new_tokens", 6)
                            .optTask("translation_en_to_fr")
                            .build();
            List<GeneratedText> found = generator.generate(List.of(SOURCE), request).get(0);
            WordAligner aligner = new WordAligner(generator, request);
            List<SoftAlignment> weights =
                    aligner.align(
                            Stream.generate(() -> SOURCE).limit(3).toList(),
                            found,
                            0,
                            Step.PREDICTS);
            int compared = 0;
            for (int i = 0; i < 3; i++) {
                String text = found.get(i).text();
                assertEquals(
                        text.isBlank() ? 0 : text.strip().split("\\s+").length,
                        weights.get(i).weights().length);
                if (Arrays.equals(
                        generator.tokenizer().targetIds(text), found.get(i).hypothesis().ids())) {
                    compared++;
                    SoftAlignment given =
                            aligner.align(
                                            List.of(SOURCE),
                                            List.of(text),
                                            Step.PREDICTS,
                                            (pair, seen) -> seen.layer(0))
                                    .get(0);
                    assertClose(given.weights(), weights.get(i));
                }
                for (float[] row : weights.get(i).weights()) {
                    float sum = 0;
                    for (float weight : row) {
                        sum += weight;
                    }
                    assertTrue(sum <= 1 + ROUNDING, "more weight than there is: " + sum);
                }
            }
            assertTrue(compared > 0, "some text must be cut into the tokens that it was made of");
        }
    }

    @Test
    void refusesLayersThatAreNotThere() throws IOException {
        try (TextGenerator generator = load("marian_text")) {
            WordAligner aligner = new WordAligner(generator, GenerationRequest.DEFAULT);
            int layers = aligner.layers();
            aligner.requireLayer(aligner.usualLayer());
            for (int layer : List.of(-1, layers)) {
                String message =
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> aligner.requireLayer(layer))
                                .getMessage();
                assertTrue(message.startsWith("the layer must be from 0 to " + (layers - 1)));
            }
        }
    }
}
