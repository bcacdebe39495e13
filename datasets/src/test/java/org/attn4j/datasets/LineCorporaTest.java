package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tab-separated values and JSON lines. */
class LineCorporaTest {

    @TempDir private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("corpus"), text);
    }

    private static void assertRefuses(ParallelCorpus corpus, String... parts) {
        String message = assertThrows(CorpusException.class, corpus::readAll).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
        }
    }

    @Test
    void tsvChoosesColumns() throws IOException {
        Path path = file("en\tfr\tlicence\nHi.\tSalut.\tCC BY 2.0\n\nBye\t\t\n");
        TsvCorpus corpus = new TsvCorpus(path, 2, 1, true, LineLimit.DEFAULT);
        assertEquals(
                List.of(
                        new SentencePair("Salut.", "Hi."),
                        new SentencePair("", ""),
                        new SentencePair("", "Bye")),
                corpus.readAll());
    }

    @Test
    void tsvQuotesNothing() throws IOException {
        assertEquals(
                List.of(new SentencePair("\"a", "b\"")),
                TsvCorpus.of(file("\"a\tb\"\n")).readAll());
    }

    @Test
    void tsvNamesTheLineThatLacksAColumn() throws IOException {
        assertRefuses(TsvCorpus.of(file("a\tb\nonly one\n")), "line 2,", "1 column,", "column 2");
    }

    @Test
    void emptyFilesAreRefused() throws IOException {
        assertRefuses(TsvCorpus.of(file("")), "is empty");
        assertRefuses(new TsvCorpus(file("a\tb\n"), 1, 2, true, LineLimit.DEFAULT), "is empty");
        assertRefuses(JsonLinesCorpus.of(file("\n\n"), "a", "b"), "is empty");
    }

    @Test
    void columnsCountFromOne() {
        Path path = folder.resolve("x");
        assertThrows(
                IllegalArgumentException.class,
                () -> new TsvCorpus(path, 0, 1, false, LineLimit.DEFAULT));
    }

    @Test
    void jsonFindsKeysAndPaths() throws IOException {
        Path path =
                file(
                        "{\"id\": 1, \"translation\": {\"en\": \"caf\\u00e9 \\\"x\\\"\", \"fr\":"
                                + " \"b\"}}\n\n{\"translation.en\": \"c\", \"translation\": {\"fr\":"
                                + " \"d\"}}\n");
        assertEquals(
                List.of(new SentencePair("café \"x\"", "b"), new SentencePair("c", "d")),
                JsonLinesCorpus.of(path, "translation.en", "translation.fr").readAll());
    }

    @Test
    void jsonErrorsNameTheLine() throws IOException {
        String good = "{\"a\": \"1\", \"b\": \"2\"}\n";
        assertRefuses(JsonLinesCorpus.of(file(good + "{\"a\": "), "a", "b"), "line 2,", "JSON");
        assertRefuses(JsonLinesCorpus.of(file(good + "{a: 'x'}"), "a", "b"), "line 2,", "JSON");
        assertRefuses(JsonLinesCorpus.of(file("{\"a\": 1} x"), "a", "b"), "line 1,", "JSON");
        assertRefuses(JsonLinesCorpus.of(file("[1]"), "a", "b"), "line 1,", "object");
        assertRefuses(JsonLinesCorpus.of(file("[".repeat(50_000)), "a", "b"), "line 1,");
        assertRefuses(
                JsonLinesCorpus.of(file(good + "{\"a\": \"1\", \"c\": \"2\"}"), "a", "b"),
                "line 2,",
                "\"b\"",
                "[a, c]");
        assertRefuses(JsonLinesCorpus.of(file("{\"a\": 1, \"b\": \"2\"}"), "a", "b"), "\"a\"");
    }
}
