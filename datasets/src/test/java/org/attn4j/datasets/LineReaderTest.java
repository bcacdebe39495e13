package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

class LineReaderTest {

    @TempDir Path folder;

    private static LineReader of(byte[] bytes) throws IOException {
        return LineReader.of(new ByteArrayInputStream(bytes), "input", LineLimit.DEFAULT);
    }

    private static LineReader of(String text) throws IOException {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsAFileAndAStreamAlike() throws IOException {
        String text = "\uFEFFé\r\n\n\u2028x\ry";
        List<String> lines = List.of("é", "", "\u2028x\ry");
        assertEquals(lines, of(text).all());
        Path file = Files.writeString(folder.resolve("plain"), text);
        try (LineReader reader = LineReader.open(file, LineLimit.DEFAULT)) {
            assertEquals(lines, reader.all());
        }
    }

    @Test
    void aWholeTextKeepsItsLineEnds() throws IOException {
        for (String text : List.of("", "a", "a\n", "\n\na\r\n\r\nb\r", "a\rb\n\r")) {
            assertEquals(text, of(text).text());
            assertEquals(text, of('\uFEFF' + text).text());
        }
    }

    @Test
    void theLimitHoldsForAWholeTextToo() throws IOException {
        LineLimit limit = new LineLimit(4, LineLimit.Policy.REFUSE);
        LineReader reader =
                LineReader.of(new ByteArrayInputStream("ab\ncd\n".getBytes()), "input", limit);
        String message = assertThrows(CorpusException.class, reader::text).getMessage();
        assertTrue(message.startsWith("input has more than 4 characters"), message);
    }

    @Test
    void aShortLineIsReadBeforeTheNextIsThere() throws IOException {
        InputStream typed =
                new InputStream() {
                    private int next;

                    @Override
                    public int read() {
                        return "P\n".charAt(next++); // asked for more, it fails as one who waits
                    }

                    @Override
                    public int read(byte[] to, int from, int most) {
                        to[from] = (byte) read();
                        return 1;
                    }
                };
        assertEquals("P", LineReader.of(typed, "input", LineLimit.DEFAULT).next());
    }

    @Test
    void readsGzip() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write("a\nb\n".getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(List.of("a", "b"), of(bytes.toByteArray()).all());
    }

    @Test
    void wrongEncodingIsNamedWithItsLine() throws IOException {
        LineReader reader = of(new byte[] {'a', '\n', (byte) 0xE9, '\n'});
        assertEquals(
                "input, line 2, is not UTF-8 (byte 0xE9 at byte 1 of the line): convert the"
                        + " file, for example with iconv -f ISO-8859-1 -t UTF-8",
                assertThrows(CorpusException.class, reader::all).getMessage());
    }
}
