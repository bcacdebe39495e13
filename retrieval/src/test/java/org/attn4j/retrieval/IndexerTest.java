package org.attn4j.retrieval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.tokenizer.TextReading;
import org.attn4j.retrieval.document.DocumentFiles;
import org.attn4j.retrieval.document.RecordFields;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index follows its files, whatever happens in between. */
class IndexerTest {

    @TempDir Path folder;
    private Path documents;

    @BeforeEach
    void makeFolder() throws IOException {
        documents = Files.createDirectory(folder.resolve("documents"));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(documents.resolve(name), text);
    }

    private IndexReport index(boolean prune) throws IOException {
        return index(prune, TestIndexes::embed);
    }

    private IndexReport index(
            boolean prune, Function<List<String>, List<Outcome<float[]>>> embedder)
            throws IOException {
        IndexSettings settings = TestIndexes.settings();
        try (PassageWriter writer = PassageWriter.open(folder.resolve("index"), settings)) {
            Chunker chunker =
                    new Chunker(
                            text ->
                                    IntStream.range(0, text.length())
                                            .filter(i -> text.charAt(i) != ' ')
                                            .mapToObj(i -> new int[] {i, i + 1})
                                            .toArray(int[][]::new),
                            settings.chunkTokens(),
                            settings.overlap());
            return new Indexer(writer, settings, chunker, embedder, report -> {})
                    .index(DocumentFiles.of(List.of(documents)), RecordFields.DEFAULT, prune);
        }
    }

    private List<String> texts() throws IOException {
        try (PassageIndex index = PassageIndex.open(folder.resolve("index"))) {
            return index.byVector(TestIndexes.letters("a"), 10_000).stream()
                    .map(it -> it.passage().text())
                    .sorted()
                    .toList();
        }
    }

    private static void assertDone(
            int added, int replaced, int unchanged, int removed, IndexReport report) {
        assertEquals(
                List.of(added, replaced, unchanged, removed),
                List.of(report.added(), report.replaced(), report.unchanged(), report.removed()),
                report.toString());
    }

    @Test
    void unchangedDocumentsArePassedOverAndChangedOnesReplaced() throws IOException {
        write("a.txt", "apple");
        write("b.jsonl", "{\"_id\":\"x\",\"text\":\"xylo\"}\n{\"_id\":\"y\",\"text\":\"yard\"}\n");
        assertDone(3, 0, 0, 0, index(false));
        assertDone(0, 0, 3, 0, index(false));
        write("b.jsonl", "{\"_id\":\"y\",\"text\":\"yarn\"}\n{\"_id\":\"x\",\"text\":\"xylo\"}\n");
        assertDone(0, 1, 2, 0, index(false));
        assertEquals(List.of("apple", "xylo", "yarn"), texts());
    }

    @Test
    void whatIsGoneStaysUnlessPruned() throws IOException {
        write("a.txt", "apple");
        Path b = write("b.txt", "berry");
        index(false);
        Files.delete(b);
        assertDone(0, 0, 1, 0, index(false));
        assertEquals(List.of("apple", "berry"), texts());
        assertDone(0, 0, 1, 1, index(true));
        assertEquals(List.of("apple"), texts());
        assertDone(0, 0, 1, 0, index(true));
    }

    @Test
    void aDocumentThatCannotBeReadIsToldAndNotPruned() throws IOException {
        write("a.jsonl", "{\"id\":1,\"text\":\"one\"}\n{\"id\":2,\"text\":\"two\"}\n");
        write("b.txt", "berry");
        index(false);
        write("a.jsonl", "{\"id\":1,\"text\":\"one\"}\nno json\n");
        IndexReport report = index(true);
        assertEquals(1, report.problems().size());
        assertTrue(report.problems().get(0).contains("a.jsonl, line 2,"), report.toString());
        assertEquals(List.of("berry", "one", "two"), texts());
    }

    @Test
    void anIdIsTakenOnce() throws IOException {
        write("a.jsonl", "{\"id\":1,\"text\":\"one\"}\n{\"id\":1,\"text\":\"two\"}\n");
        IndexReport report = index(false);
        assertEquals(List.of("one"), texts());
        assertTrue(report.problems().get(0).contains("two documents of the id 1"));
    }

    @Test
    void aDocumentWithoutTextTakesItsPassagesOut() throws IOException {
        Path a = write("a.txt", "apple");
        write("b.txt", "berry");
        index(false);
        Files.writeString(a, "  ");
        assertEquals(1, index(false).empty());
        assertEquals(List.of("berry"), texts());
    }

    @Test
    void whatWasCommittedIsNotDoneAgainAfterAFailure() throws IOException {
        StringBuilder lines = new StringBuilder();
        Set<String> all = new TreeSet<>();
        for (int i = 0; i < 3000; i++) {
            lines.append("{\"id\":%d,\"text\":\"t%d\"}\n".formatted(i, i));
            all.add("t" + i);
        }
        write("a.jsonl", lines.toString());
        int[] embedded = new int[1];
        Function<List<String>, List<Outcome<float[]>>> dies =
                texts -> {
                    embedded[0] += texts.size();
                    if (embedded[0] > 2000) {
                        throw new IllegalStateException("killed");
                    }
                    return TestIndexes.embed(texts);
                };
        assertThrows(IllegalStateException.class, () -> index(false, dies));
        assertEquals(1024, texts().size());
        IndexReport report = index(false);
        assertDone(3000 - 1024, 0, 1024, 0, report);
        assertEquals(all, new TreeSet<>(texts()));
        assertEquals(3000, texts().size());
    }

    @Test
    void aPassageThatTheModelRefusesKeepsTheOthersNotBack() throws IOException {
        write("a.txt", "apple");
        write("b.txt", "berry");
        IndexReport report =
                index(
                        false,
                        texts ->
                                texts.stream()
                                        .map(
                                                it ->
                                                        it.equals("apple")
                                                                ? new Outcome<float[]>(
                                                                        null,
                                                                        TextReading.refused(
                                                                                0, "too odd"))
                                                                : TestIndexes.embed(List.of(it))
                                                                        .get(0))
                                        .collect(Collectors.toCollection(ArrayList::new)));
        assertEquals(1, report.problems().size());
        assertTrue(report.problems().get(0).endsWith("too odd"), report.toString());
        assertEquals(List.of("berry"), texts());
    }

    @Test
    void longDocumentsHaveSeveralPassagesWithTheirPositions() throws IOException {
        write("a.txt", "abcdefgh ijklmnop");
        index(false);
        try (PassageIndex index = PassageIndex.open(folder.resolve("index"))) {
            Passage passage = index.byVector(TestIndexes.letters("mnop"), 1).get(0).passage();
            assertEquals("ijklmnop", passage.text());
            assertEquals(9, passage.start());
            assertEquals(17, passage.end());
            assertTrue(passage.source().endsWith("a.txt"));
        }
    }
}
