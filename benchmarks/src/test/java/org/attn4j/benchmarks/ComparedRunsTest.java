package org.attn4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.cli.io.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComparedRunsTest {

    @TempDir Path folder;

    private static Row row(String measurement, String contender, double oursToIt) {
        return new Row(measurement, contender, "text", 2, 1, oursToIt, 1, null, null, 3_000_000L);
    }

    private static Document document(Row... rows) {
        return new Document("reference", 2, 2, "17", 3, List.of(rows), List.of());
    }

    @Test
    void ratiosAreComparedWhereBothRunsHaveThem() {
        Document before =
                document(row("a", "ours", 1), row("a", "peer", 0.5), row("gone", "peer", 1));
        Document now = document(row("a", "ours", 1), row("a", "peer", 1.25), row("b", "peer", 9));
        List<Change> changes = Change.between(before, now);
        assertEquals(List.of(new Change("a", "peer", 0.5, 1.25)), changes);
        assertEquals(2.5, changes.get(0).factor());
    }

    @Test
    void twiceAsBadIsTwiceTheRatio() {
        assertTrue(new Change("a", "peer", 0.5, 1).isTwiceAsBad());
        assertFalse(new Change("a", "peer", 0.5, 0.99).isTwiceAsBad());
        assertFalse(new Change("a", "peer", 2, 0.5).isTwiceAsBad());
    }

    @Test
    void whatIsPrintedIsReadAgain() throws IOException {
        Document document = document(row("a", "ours", 1), row("a", "peer", 0.5));
        Path file = Files.writeString(folder.resolve("run.json"), Json.pretty(document));
        assertEquals(document, Document.read(file));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "not JSON",
                "{\"rows\": [null]}",
                "{\"rows\": [{\"measurement\": \"a\"}]}",
                "{\"rows\": [{\"measurement\": \"a\", \"contender\": \"b\", \"oursToItCpu\": 0}]}"
            })
    void anythingElseIsRefused(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("run.json"), text);
        String message =
                assertThrows(IllegalArgumentException.class, () -> Document.read(file))
                        .getMessage();
        assertEquals(
                file + " is not what 'bench --json' printed: give --compare such a file", message);
    }

    @Test
    void tablesShowRatiosAndWhatBecameWorse() {
        StringWriter text = new StringWriter();
        Tables.print(
                document(row("a", "ours", 1), row("a", "peer", 0.5)),
                List.of(new Change("a", "peer", 0.25, 0.5)),
                new PrintWriter(text));
        List<String> lines = text.toString().lines().map(String::strip).toList();
        assertTrue(
                lines.contains(
                        "peer                       2.00       1.00     0.50        -      1.00          3"),
                text.toString());
        assertTrue(
                lines.stream()
                        .anyMatch(line -> line.matches("a, peer +0.25 +0.50 +2.00  twice as bad")),
                text.toString());
    }
}
