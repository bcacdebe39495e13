package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.attn4j.models.generate.shortlist.LexicalTable;
import org.attn4j.models.generate.shortlist.Shortlist;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TokenizerTrainer;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LexicalTableFileTest {

    private static ModelTokenizer tokenizer;

    @TempDir Path folder;

    @BeforeAll
    static void open() throws IOException {
        TokenizerTrainer trainer =
                new TokenizerTrainer(TokenizerTrainingConfig.words().withVocabularySize(50));
        trainer.addAll(List.of("das haus ist ein haus", "the house is a house"));
        tokenizer = trainer.train().framed(false, true).open();
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private static int id(String token) {
        return tokenizer.idOf(token).orElseThrow();
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("lex.s2t"), content);
    }

    /** Target, source, probability, as Marian reads them. */
    @Test
    void theTargetComesFirst() throws IOException {
        Path file = file("the das 0.7\r\nhouse das 0.1\nwords das 0.9\na\tNULL  1e-3\nis NULL 0.5");
        LexicalTable table = LexicalTableFile.read(file, tokenizer, 9, 9);
        assertArrayEquals(new int[] {id("the"), id("house")}, table.translations(id("das")));
        assertArrayEquals(new float[] {0.7f, 0.1f}, table.probabilities(id("das")));
        assertArrayEquals(new int[] {id("is"), id("a")}, table.frequent());
    }

    @Test
    void aShortlistHasTheSpecialTokens() throws IOException {
        Shortlist shortlist = LexicalTableFile.shortlist(file("the das 0.7\n"), tokenizer, 0, 1);
        int[] candidates =
                shortlist.candidates(new int[] {id("das")}, new int[0], tokenizer.vocabularySize());
        int special = tokenizer.specialTokens().size();
        assertTrue(special > 2);
        assertEquals(special + 1, candidates.length);
        for (String token : tokenizer.specialTokens().values()) {
            assertTrue(Arrays.binarySearch(candidates, id(token)) >= 0, token);
        }
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        LexicalTable table =
                LexicalTable.builder(2, 2)
                        .add(id("das"), id("the"), 0.625)
                        .add(id("das"), id("a"), 1e-4)
                        .add(id("ein"), id("a"), 1)
                        .addFrequency(id("house"), 0.4)
                        .build();
        for (String name : List.of("lex.s2t", "lex.s2t.gz")) {
            Path file = folder.resolve(name);
            LexicalTableFile.write(table, tokenizer, file);
            LexicalTable read = LexicalTableFile.read(file, tokenizer, 2, 2);
            assertArrayEquals(table.translations(id("das")), read.translations(id("das")));
            assertArrayEquals(table.probabilities(id("das")), read.probabilities(id("das")));
            assertArrayEquals(table.translations(id("ein")), read.translations(id("ein")));
            assertArrayEquals(table.frequent(), read.frequent());
        }
        String text = Files.readString(folder.resolve("lex.s2t"));
        assertTrue(text.startsWith("house NULL 0.4\n"), text);
        assertTrue(text.contains("the das 0.625\n"), text);
    }

    @Test
    void aMalformedFileIsRefusedInOneSentence() throws IOException {
        assertRefused("line 2 is not 'target source probability'", "the das 0.7\nthe das\n");
        assertRefused("line 1 is not 'target source probability'", "the das 0.7 0.1");
        assertRefused("line 1 is not 'target source probability'", "\n");
        assertRefused("line 1 has no probability from 0 to 1", "das the -3.2\n");
        assertRefused("line 1 has no probability from 0 to 1", "das the NaN\n");
        assertRefused("line 1 has no probability from 0 to 1", "das 0.5 the\n");
        assertRefused("line 2 has more than 4096 characters", "the das 1\n" + "x".repeat(100_000));
        assertRefused("none of the model's tokens in its 1 lines", "x y 0.5\n");
        assertRefused("none of the model's tokens in its 0 lines", "");
        assertRefused("is not UTF-8", new byte[] {'a', ' ', (byte) 0xff, ' ', '1', '\n'});
        assertRefused("is a damaged gzip file", new byte[] {0x1f, (byte) 0x8b, 8, 99, 1, 2, 3, 4});
        assertRefused("is a damaged gzip file", new byte[] {0x1f, (byte) 0x8b});
    }

    private void assertRefused(String message, String content) throws IOException {
        assertRefused(message, content.getBytes(StandardCharsets.UTF_8));
    }

    private void assertRefused(String message, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("lex.s2t"), content);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> LexicalTableFile.read(file, tokenizer, 9, 9));
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        assertTrue(e.getMessage().length() < 300, e.getMessage());
    }
}
