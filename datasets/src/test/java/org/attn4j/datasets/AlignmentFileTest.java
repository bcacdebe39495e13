package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlignmentFileTest {

    @TempDir Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("a.txt"), text);
    }

    @Test
    void readsAnAlignmentFromEachLine() throws IOException {
        assertEquals("[0-0 1p2, , 3-1]", AlignmentFile.read(file("1p2 0-0\n\n3-1\n")).toString());
    }

    @Test
    void namesTheLineThatIsNone() throws IOException {
        Path file = file("0-0\n0-0 1:1\n");
        CorpusException e = assertThrows(CorpusException.class, () -> AlignmentFile.read(file));
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        assertTrue(e.getMessage().contains("line 2"), e.getMessage());
        assertTrue(e.getMessage().endsWith("got '1:1'"), e.getMessage());
    }

    @Test
    void saysThatThereIsNoSuchFile() {
        assertThrows(
                CorpusException.class, () -> AlignmentFile.read(folder.resolve("missing.txt")));
    }
}
