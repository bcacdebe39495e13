package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merges and segmentations against those of subword-nmt's algorithm. */
class BpeGoldenTest {

    private record Golden(
            long min_frequency,
            int num_merges_requested,
            List<String> train,
            List<String> merges,
            List<Segmented> apply) {}

    private record Segmented(String in, String out) {}

    @Test
    void learnsAndAppliesUntilPairsAreRare() throws IOException {
        String name = "/goldens/bpe/03-tiny-exhausted.json";
        try (InputStream in = BpeGoldenTest.class.getResourceAsStream(name)) {
            check(read(new InputStreamReader(in, StandardCharsets.UTF_8)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"01-en-300-lines-200-merges", "02-joint-enfr-500-lines-800-merges"})
    void learnsAndAppliesSentences(String name) throws IOException {
        Path file = Path.of(System.getProperty("attn4j.shared"), "goldens/bpe", name + ".json");
        assumeTrue(Files.exists(file), "skipped: " + file + " is not there");
        check(read(Files.newBufferedReader(file)));
    }

    private static Golden read(Reader reader) throws IOException {
        try (reader) {
            return new Gson().fromJson(reader, Golden.class);
        }
    }

    private static void check(Golden golden) throws IOException {
        TokenizerTrainingConfig config =
                TokenizerTrainingConfig.bpe(0, golden.num_merges_requested)
                        .withMinFrequency(golden.min_frequency)
                        .withPreTokenizer(PreTokenizer.SPACE);
        TokenizerTrainer trainer = new TokenizerTrainer(config);
        trainer.addAll(golden.train);
        BpeModel bpe = trainer.trainBpe();

        List<String> merges = bpe.merges().stream().map(BpeModel.Merge::toString).toList();
        assertEquals(golden.merges, merges);
        for (Segmented segmented : golden.apply) {
            assertEquals(segmented.out, atSigns(segment(bpe, segmented.in)));
        }

        // The library knows no characters outside the alphabet: give it those of the sentences too.
        BpeModel wide = new BpeModel(alphabet(golden), bpe.merges(), bpe.endOfWord());
        try (ModelTokenizer tokenizer = TokenizerJson.of(wide, config).open()) {
            for (Segmented segmented : golden.apply) {
                assertEquals(
                        segmented.out, atSigns(List.of(tokenizer.encode(segmented.in).tokens())));
                int[] ids = tokenizer.ids(segmented.in);
                assertEquals(segmented.in, tokenizer.decode(ids));
            }
        }
    }

    private static List<String> alphabet(Golden golden) {
        Set<String> alphabet = new LinkedHashSet<>();
        List<String> lines = new ArrayList<>(golden.train);
        golden.apply.forEach(s -> lines.add(s.in));
        for (String line : lines) {
            line.codePoints()
                    .filter(c -> c != ' ')
                    .mapToObj(Character::toString)
                    .forEach(c -> alphabet.addAll(List.of(c, c + "</w>")));
        }
        return new ArrayList<>(alphabet);
    }

    private static List<String> segment(BpeModel bpe, String line) {
        List<String> tokens = new ArrayList<>();
        PreTokenizer.SPACE.split(line, word -> tokens.addAll(bpe.segment(word)));
        return tokens;
    }

    private static String atSigns(List<String> tokens) {
        StringBuilder line = new StringBuilder();
        for (String token : tokens) {
            boolean last = token.endsWith("</w>");
            line.append(last ? token.substring(0, token.length() - 4) : token + "@@").append(' ');
        }
        return line.toString().stripTrailing();
    }
}
