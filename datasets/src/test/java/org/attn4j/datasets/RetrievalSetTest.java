package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetrievalSetTest {

    private static final RetrievalSet.Fields NAMED =
            new RetrievalSet.Fields("id", "", "text", "id", "text", "passage", "", "", "");

    @TempDir private Path folder;

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text.replace('\'', '"'));
    }

    @Test
    void beirsLayoutIsRead() throws IOException {
        write(
                "corpus.jsonl",
                "{'_id': 'd1', 'title': 'T', 'text': 'x'}\n{'_id': 'd2', 'title': '', 'text': 'y'}\n");
        write("queries.jsonl", "{'_id': 'q1', 'text': 'a'}\n{'_id': 'q2', 'text': 'b'}\n");
        write("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq2\td1\t2\nq2\td2\t0\n");
        RetrievalSet set = RetrievalSet.beir(folder, "test");
        assertEquals(Map.of("d1", "T. x", "d2", "y"), set.documents());
        assertEquals(Map.of("q2", "b"), set.queries());
        assertEquals(Map.of("q2", Map.of("d1", 2.0, "d2", 0.0)), set.grades());
        assertEquals(
                List.of(List.of("b", "T. x")),
                set.pairs().stream().map(ComparedTexts::texts).toList());
    }

    @Test
    void queriesMayNameTheirDocument() throws IOException {
        Path corpus = write("c.jsonl", "{'id': 'p', 'text': 'x'}\n");
        Path queries = write("q.jsonl", "{'id': 1, 'text': 'a', 'passage': 'p'}\n");
        RetrievalSet set = RetrievalSet.read(corpus, queries, null, NAMED);
        assertEquals(Map.of("1", Map.of("p", 1.0)), set.grades());
    }

    @Test
    void whatDoesNotFitIsNamed() throws IOException {
        Path corpus = write("c.jsonl", "{'id': 'p', 'text': 'x'}\n");
        Path queries = write("q.jsonl", "{'id': 1, 'text': 'a', 'passage': 'r'}\n");
        assertRefused(
                "/q.jsonl, line 1, names \"r\", which /c.jsonl does not hold", corpus, queries);
        Path twice = write("t.jsonl", "{'id': 'p', 'text': 'x'}\n{'id': 'p', 'text': 'x'}\n");
        assertRefused(
                "/t.jsonl, line 2, has the id \"p\", which a line before has: ids must be unique",
                twice,
                queries);
    }

    private void assertRefused(String message, Path corpus, Path queries) {
        Exception refused =
                assertThrows(
                        CorpusException.class,
                        () -> RetrievalSet.read(corpus, queries, null, NAMED));
        assertEquals(message, refused.getMessage().replace(folder.toString(), ""));
    }

    @Test
    void cranfieldIsRead() throws IOException {
        Path cranfield = Path.of("../../shared/corpora/cranfield");
        assumeTrue(Files.isDirectory(cranfield), "no Cranfield at " + cranfield);
        RetrievalSet set =
                RetrievalSet.read(
                        cranfield.resolve("passages.jsonl"),
                        cranfield.resolve("queries.jsonl"),
                        cranfield.resolve("qrels.tsv"),
                        new RetrievalSet.Fields(
                                "id",
                                "",
                                "text",
                                "id",
                                "text",
                                "",
                                "query_id",
                                "doc_id",
                                "relevant"));
        assertEquals(1400, set.documents().size());
        assertEquals(225, set.queries().size());
        assertEquals(1837, set.grades().values().stream().mapToInt(Map::size).sum());
    }
}
