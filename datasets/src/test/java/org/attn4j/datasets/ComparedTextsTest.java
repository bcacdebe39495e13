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

class ComparedTextsTest {

    @TempDir private Path folder;

    private List<ComparedTexts> read(
            String name, String text, double highest, String score, String... texts)
            throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return ComparedTexts.read(
                file, new ComparedTexts.Fields(List.of(texts), score, highest), false);
    }

    private String refusal(String name, String text, String score, String... texts) {
        return assertThrows(CorpusException.class, () -> read(name, text, 5, score, texts))
                .getMessage()
                .replace(folder.toString(), "");
    }

    @Test
    void scoredPairsOfATableWithNames() throws IOException {
        List<ComparedTexts> pairs =
                read("a.tsv", "score\tone\ttwo\n5.0\ta\tb\n2.5\tc\td\n", 5, "score", "one", "two");
        assertEquals(List.of("a", "b"), pairs.get(0).texts());
        assertEquals(1, pairs.get(0).score());
        assertEquals(List.of("c", "d"), pairs.get(1).texts());
        assertEquals(0.5, pairs.get(1).score());
    }

    @Test
    void tripletsByTheNumbersOfColumns() throws IOException {
        List<ComparedTexts> triplets = read("a.tsv", "n\tp\ta\n", 1, "", "3", "2", "1");
        assertEquals(List.of("a", "p", "n"), triplets.get(0).texts());
        assertTrue(Double.isNaN(triplets.get(0).score()));
    }

    @Test
    void aListOfNegativesIsSeveralTexts() throws IOException {
        String line = "{\"q\": \"a\", \"pos\": \"b\", \"neg\": [\"c\", \"d\"]}\n";
        assertEquals(
                List.of("a", "b", "c", "d"),
                read("a.jsonl", line, 1, "", "q", "pos", "neg").get(0).texts());
        String other = "{\"q\": \"a\", \"pos\": \"b\", \"neg\": [\"c\"]}\n";
        assertEquals(
                "/a.jsonl, line 2, has 3 texts, but the first line has 4: all must have as many",
                refusal("a.jsonl", line + other, "", "q", "pos", "neg"));
    }

    @Test
    void whatDoesNotFitIsNamed() {
        assertEquals(
                "/a.tsv, line 1, has an empty text in the field \"2\": fill it or remove the line",
                refusal("a.tsv", "a\t \t1\n", "3", "1", "2"));
        assertEquals(
                "/a.tsv, line 2, has the score 6.0 in the field \"3\", but the highest is said to be"
                        + " 5.0: correct one of them",
                refusal("a.tsv", "a\tb\t1\na\tb\t6\n", "3", "1", "2"));
        assertTrue(
                refusal("a.tsv", "a\tb\thigh\n", "3", "1", "2").contains("line 1, has no number"));
        assertTrue(refusal("a.jsonl", "{\"a\": \"x\"}\n", "", "a", "b").contains("\"b\""));
    }
}
