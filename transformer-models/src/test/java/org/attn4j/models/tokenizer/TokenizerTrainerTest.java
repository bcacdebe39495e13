package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attn4j.models.config.Records;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTrainerTest {

    private static TokenizerTrainer trained(TokenizerTrainingConfig config, String... lines) {
        TokenizerTrainer trainer = new TokenizerTrainer(config);
        trainer.addAll(Stream.of(lines));
        return trainer;
    }

    private static TokenizerTrainingConfig bpe() {
        return TokenizerTrainingConfig.bpe(0, 10);
    }

    private static List<String> merges(TokenizerTrainer trainer) {
        return trainer.trainBpe().merges().stream().map(BpeModel.Merge::toString).toList();
    }

    @Test
    void countsOverlappingPairsAndMergesThemFromTheLeft() {
        // aaaaa: (a, a) four times, then aa aa a: (aa, aa) and (aa, a) once; SPACE marks the last
        // a.
        TokenizerTrainingConfig config =
                TokenizerTrainingConfig.bpe(0, 1).withPreTokenizer(PreTokenizer.METASPACE);
        BpeModel model = trained(config, "aaaaa b", "aaaaa").trainBpe();
        assertEquals("a a", model.merges().get(0).toString());
        assertEquals(List.of("▁", "aa", "aa", "a"), model.segment("▁aaaaa"));
    }

    @Test
    void breaksTiesByCodePointsRatherThanByUtf16() {
        // U+1F600 is larger than U+FF5E, although its first UTF-16 unit D83D is smaller.
        String[] lines = {"\uFF5Ex \uD83D\uDE00x", "\uFF5Ex \uD83D\uDE00x"};
        TokenizerTrainingConfig config = bpe().withPreTokenizer(PreTokenizer.SPACE);
        assertEquals(List.of("\uD83D\uDE00 x</w>", "\uFF5E x</w>"), merges(trained(config, lines)));
    }

    @Test
    void stopsAtTheSizeOfTheVocabulary() {
        // 4 special tokens and 8 characters; (o, w) and (l, o) occur 7 times, (o, w) is larger.
        String[] lines = {"low lower lowest slow", "low low lower"};
        TokenizerTrainer trainer = trained(TokenizerTrainingConfig.bpe(13, 0), lines);
        assertEquals(13, trainer.train().vocabularySize());
        assertEquals(List.of("o w"), merges(trainer));
        TokenizerTrainer tooSmall = trained(TokenizerTrainingConfig.bpe(11, 0), lines);
        String message = assertThrows(IllegalArgumentException.class, tooSmall::train).getMessage();
        assertTrue(message.contains("vocabularySize=11"), message);
        assertTrue(message.contains("alphabet=12"), message);
    }

    @Test
    void putsSpecialTokensFirst() throws IOException {
        for (Kind kind : Kind.values()) {
            TokenizerTrainingConfig config =
                    kind == Kind.BPE
                            ? TokenizerTrainingConfig.bpe(0, 5)
                            : kind == Kind.WORD
                                    ? TokenizerTrainingConfig.words()
                                    : TokenizerTrainingConfig.characters();
            try (ModelTokenizer tokenizer = trained(config, "a b a", "c").train().open()) {
                assertEquals(0, tokenizer.padId().orElse(-1));
                assertEquals(1, tokenizer.bosId().orElse(-1));
                assertEquals(2, tokenizer.eosId().orElse(-1));
                assertEquals(3, tokenizer.unkId().orElse(-1));
                assertEquals("</s>", tokenizer.token(2));
            }
        }
    }

    @Test
    void neverMergesIntoASpecialToken() throws IOException {
        TokenizerTrainingConfig config =
                TokenizerTrainingConfig.bpe(0, 100).withPreTokenizer(PreTokenizer.METASPACE);
        TokenizerTrainer trainer = trained(config, "x<s>y x<s>y x<s>y", "z<s> z<s> q<s>");
        assertFalse(trainer.trainBpe().tokens().contains("<s>"));
        try (ModelTokenizer tokenizer = trainer.train().open()) {
            int[] ids = tokenizer.ids("x<s>y <s> </s>");
            assertTrue(IntStream.of(ids).noneMatch(id -> id == 1 || id == 2));
            assertEquals("x<s>y <s> ", tokenizer.decode(ids).substring(0, 10));
        }
    }

    @Test
    void leavesRareCharactersToTheUnknown() throws IOException {
        TokenizerTrainingConfig config = bpe().withCharacterCoverage(0.9);
        TokenizerTrainer trainer = trained(config, "ababababab abababab", "abababxbabab");
        assertFalse(trainer.trainBpe().tokens().contains("x"));
        try (ModelTokenizer tokenizer = trainer.train().open()) {
            List<String> tokens = List.of(tokenizer.encode("abxxxab").tokens());
            assertEquals(1, tokens.stream().filter("<unk>"::equals).count());
            assertEquals("abab", tokenizer.decode(tokenizer.ids("abxxxab")));
        }
    }

    @Test
    void takesNoMoreCharactersThanTheCoverageNeeds() {
        // Of 10 characters the mark makes 1, a 6, b 2, c 1: a and b are 80 %.
        TokenizerTrainingConfig config = bpe().withCharacterCoverage(0.8);
        BpeModel model = trained(config, "aaaaaabbc").trainBpe();
        assertEquals(List.of("a", "b"), model.tokens().subList(0, 2));
        assertFalse(model.tokens().contains("c"));
        assertFalse(model.tokens().contains("▁"));
    }

    @Test
    void learnsOnlyCharactersFromWordsBeyondTheBound() {
        TokenizerTrainingConfig config = bpe().withMaxWordLength(10);
        BpeModel model = trained(config, "z".repeat(1000), "ab ab ab").trainBpe();
        assertEquals(
                List.of("▁ a", "▁a b"), model.merges().stream().map(Object::toString).toList());
        assertTrue(model.tokens().contains("z"));
    }

    @Test
    void ordersWordsByFrequencyAndBoundsThem() throws IOException {
        TokenizerTrainingConfig config = TokenizerTrainingConfig.words().withVocabularySize(6);
        TokenizerTrainer trainer = trained(config, "9 33 9 15", "</s> 33 9 4");
        try (ModelTokenizer tokenizer = trainer.train().open()) {
            assertEquals(List.of("9", "33"), List.of(tokenizer.token(4), tokenizer.token(5)));
            assertEquals(6, tokenizer.vocabularySize());
            assertEquals(
                    List.of("33", "9", "<unk>"), List.of(tokenizer.encode("33  9\t15").tokens()));
            assertEquals("33 9", tokenizer.decode(new int[] {1, 5, 4, 2, 0}));
        }
        TokenizerTrainingConfig frequent = config.withMinFrequency(3);
        assertEquals(5, trained(frequent, "9 33 9 15", "33 9 4").train().vocabularySize());
    }

    @Test
    void keepsWordsReversibleWithPunctuationApart() throws IOException {
        TokenizerTrainingConfig config =
                TokenizerTrainingConfig.words().withPreTokenizer(PreTokenizer.WORDS);
        String line = "Le chien n'a pas peur (du tout).";
        try (ModelTokenizer tokenizer = trained(config, line).train().open()) {
            assertEquals(
                    List.of("▁Le", "▁chien", "▁n'a", "▁pas", "▁peur", "▁(", "du", "▁tout", ")."),
                    List.of(tokenizer.encode(line).tokens()));
            assertEquals(line, tokenizer.decode(tokenizer.ids(line)));
        }
    }

    @Test
    void writesEveryCharacterByItself() throws IOException {
        TokenizerTrainingConfig config = TokenizerTrainingConfig.characters();
        try (ModelTokenizer tokenizer = trained(config, "ab \uD83D\uDE00b").train().open()) {
            assertEquals(
                    List.of("a", " ", " ", "\uD83D\uDE00"),
                    List.of(tokenizer.encode("a  \uD83D\uDE00").tokens()));
            assertEquals("a  \uD83D\uDE00", tokenizer.decode(tokenizer.ids("a  \uD83D\uDE00")));
            assertEquals(8, tokenizer.vocabularySize());
        }
    }

    @Test
    void refusesValuesThatMakeNoSense() {
        assertMessage("merges or vocabularySize", () -> TokenizerTrainingConfig.bpe(0, 0));
        assertMessage("minFrequency must be at least 1, got 0", () -> bpe().withMinFrequency(0));
        assertMessage("characterCoverage", () -> bpe().withCharacterCoverage(1.5));
        assertMessage("go together", () -> bpe().withPreTokenizer(PreTokenizer.CHARACTERS));
        assertMessage(
                "merges belong to",
                () -> Records.with(TokenizerTrainingConfig.words(), "merges", 3));
        TokenizerTrainer empty = trained(bpe(), "", "  ");
        assertThrows(IllegalArgumentException.class, empty::train);
    }

    private static void assertMessage(String part, Executable making) {
        String message = assertThrows(IllegalArgumentException.class, making).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void framesTextsAsAnEncoderReadsThem(@TempDir Path folder) throws IOException {
        TokenizerTrainingConfig config =
                TokenizerTrainingConfig.words().withSpecialTokens(SpecialTokens.MASKED);
        // [PAD] 0, [CLS] 1, [SEP] 2, [UNK] 3, [MASK] 4, then b (3 times), a (2 times), c
        trained(config, "a b b", "b a c").train().framed(true, true).save(folder);
        try (ModelTokenizer tokenizer = ModelTokenizer.load(folder)) {
            TokenizedText pair = tokenizer.encode("a [MASK] x", "c");
            assertArrayEquals(new long[] {1, 6, 4, 3, 2, 7, 2}, pair.ids());
            assertArrayEquals(new long[] {0, 0, 0, 0, 0, 1, 1}, pair.typeIds());
            assertArrayEquals(new int[] {6, 5}, tokenizer.ids("a b"));
            assertEquals(1, tokenizer.clsId().orElse(-1));
            assertEquals(2, tokenizer.sepId().orElse(-1));
            assertEquals(4, tokenizer.maskId().orElse(-1));
            assertEquals("a c", tokenizer.decode(new long[] {1, 6, 7, 2}, true));
        }
    }

    @Test
    void framesTextsWithAStartAlone(@TempDir Path folder) throws IOException {
        // <pad> 0, <s> 1, </s> 2, <unk> 3, then a and b by how often they are seen
        trained(TokenizerTrainingConfig.characters(), "aab")
                .train()
                .framed(true, false)
                .save(folder);
        try (ModelTokenizer tokenizer = ModelTokenizer.load(folder)) {
            assertArrayEquals(new long[] {1, 4, 5}, tokenizer.encode("ab").ids());
            assertEquals(2, tokenizer.eosId().orElse(-1));
            assertTrue(tokenizer.maskId().isEmpty());
        }
    }
}
