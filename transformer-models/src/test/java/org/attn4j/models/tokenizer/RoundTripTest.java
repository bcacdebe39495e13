package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts come back from their ids, and Java and the native library cut them alike. */
class RoundTripTest {

    // Letters, accents, combining marks, punctuation, spaces of all kinds, marks, CJK, Arabic,
    // emoji,
    // private use, beyond the BMP, control characters, Devanagari.
    private static final int[][] RANGES = {
        {0x20, 0x7E}, {0xA0, 0x17F}, {0x300, 0x36F}, {0x2000, 0x206F}, {0x2580, 0x2585},
        {0x3000, 0x3010}, {0x4E00, 0x4E20}, {0x600, 0x660}, {0x1F600, 0x1F610}, {0xFE00, 0xFEFF},
        {0xE000, 0xE010}, {0x10000, 0x10010}, {0, 0x1F}, {0x900, 0x97F}
    };

    private static List<String> oddLines() {
        Random random = new Random(1);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            StringBuilder line = new StringBuilder();
            for (int k = random.nextInt(30); k > 0; k--) {
                int[] range = RANGES[random.nextInt(RANGES.length)];
                int character = range[0] + random.nextInt(range[1] - range[0] + 1);
                line.appendCodePoint(random.nextInt(3) == 0 ? ' ' : character);
            }
            lines.add(line.toString());
        }
        return lines;
    }

    @ParameterizedTest
    @CsvSource({
        "WORDS,NONE,false",
        "WORDS,NFC,true",
        "WORDS,NFKC,true",
        "METASPACE,NFKC,false",
        "WHITESPACE,NFC,false",
        "SPACE,NONE,true"
    })
    void oddTextsComeBack(PreTokenizer preTokenizer, TextNormalizer.Form form, boolean lowercase)
            throws IOException {
        TokenizerTrainingConfig config =
                TokenizerTrainingConfig.bpe(0, 200)
                        .withPreTokenizer(preTokenizer)
                        .withNormalizer(new TextNormalizer(form, lowercase));
        check(config, oddLines());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multi30k/test_2016_flickr.de",
                "multi30k/test_2016_flickr.fr",
                "multi30k/val.en",
                "tatoeba-en-fr/test.en",
                "tatoeba-en-fr/dev.fr"
            })
    void corporaComeBack(String name) throws IOException {
        Path file = Path.of(System.getProperty("attn4j.shared"), "corpora").resolve(name);
        assumeTrue(Files.exists(file), "skipped: " + file + " is not there");
        TokenizerTrainingConfig config = TokenizerTrainingConfig.bpe(0, 1000);
        check(config, Files.readAllLines(file));
    }

    private static void check(TokenizerTrainingConfig config, List<String> lines)
            throws IOException {
        TokenizerTrainer trainer = new TokenizerTrainer(config);
        trainer.addAll(lines);
        BpeModel bpe = trainer.trainBpe();
        PreTokenizer preTokenizer = config.preTokenizer();
        Map<String, List<String>> words = new HashMap<>();
        try (ModelTokenizer tokenizer = TokenizerJson.of(bpe, config).open()) {
            for (String line : lines) {
                String normal = config.normalizer().normalize(line, preTokenizer.marksWords());
                List<String> tokens = new ArrayList<>();
                preTokenizer.split(
                        normal, w -> tokens.addAll(words.computeIfAbsent(w, bpe::segment)));
                int[] ids = tokenizer.ids(line);
                assertEquals(tokens, IntStream.of(ids).mapToObj(tokenizer::token).toList(), line);
                String spaced = preTokenizer == PreTokenizer.SPACE ? " +" : "(?U)\\s+";
                String expected =
                        String.join(
                                " ",
                                Arrays.stream(normal.split(spaced))
                                        .filter(word -> !word.isEmpty())
                                        .toList());
                assertEquals(expected, tokenizer.decode(ids));
            }
        }
    }

    @Test
    void wordsKeepTheirApostrophesAndLoseTheirPunctuation() {
        List<String> pieces = new ArrayList<>();
        PreTokenizer.WORDS.split("L'eau, «tiède» -- c'est 3,5°C! T-Shirt's", pieces::add);
        assertEquals(
                List.of(
                        "▁L'eau",
                        ",",
                        "▁«",
                        "tiède",
                        "»",
                        "▁--",
                        "▁c'est",
                        "▁3",
                        ",",
                        "5",
                        "°",
                        "C",
                        "!",
                        "▁T-Shirt's"),
                pieces);
    }
}
