package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextLinesTest {

    @TempDir Path folder;

    @Test
    void readsAFileAndAStreamAlike() throws IOException {
        byte[] text = "\uFEFFé\r\n\n\u2028x".getBytes(StandardCharsets.UTF_8);
        List<String> lines = List.of("é", "", "\u2028x");
        assertEquals(lines, TextLines.read(Files.write(folder.resolve("plain"), text)));
        assertEquals(lines, TextLines.read(new ByteArrayInputStream(text), "input"));
    }

    @Test
    void readsGzip() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write("a\nb\n".getBytes(StandardCharsets.UTF_8));
        }
        InputStream in = new ByteArrayInputStream(bytes.toByteArray());
        assertEquals(List.of("a", "b"), TextLines.read(in, "input"));
    }

    @Test
    void wrongEncodingIsNamedWithItsLine() {
        InputStream in = new ByteArrayInputStream(new byte[] {'a', '\n', (byte) 0xE9, '\n'});
        assertEquals(
                "standard input, line 2, is not UTF-8 (byte 0xE9 at byte 1 of the line): convert the"
                        + " file, for example with iconv -f ISO-8859-1 -t UTF-8",
                assertThrows(CorpusException.class, () -> TextLines.read(in, "standard input"))
                        .getMessage());
    }
}
