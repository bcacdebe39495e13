package org.attn4j.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads all lines of a text as the corpora read theirs: strictly UTF-8, plain or gzip, a byte order
 * mark dropped, lines ended by {@code \n} or {@code \r\n}.
 */
public final class TextLines {

    private TextLines() {}

    /**
     * Reads a file.
     *
     * @param path the file
     * @return its lines
     * @throws CorpusException if the file cannot be read, is not UTF-8, or has a line over {@link
     *     LineLimit#DEFAULT}; the message names file and line
     * @throws IOException if reading fails
     */
    public static List<String> read(Path path) throws IOException {
        try (LineReader reader = LineReader.open(path, LineLimit.DEFAULT)) {
            return all(reader);
        }
    }

    /**
     * Reads a stream to its end and leaves it open.
     *
     * @param in the stream
     * @param name what messages call it, for example {@code standard input}
     * @return its lines
     * @throws CorpusException if the text is not UTF-8 or has a line over {@link
     *     LineLimit#DEFAULT}; the message names the stream and the line
     * @throws IOException if reading fails
     */
    public static List<String> read(InputStream in, String name) throws IOException {
        return all(LineReader.of(in, name, LineLimit.DEFAULT));
    }

    private static List<String> all(LineReader reader) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = reader.next(); line != null; line = reader.next()) {
            lines.add(line);
        }
        return lines;
    }
}
