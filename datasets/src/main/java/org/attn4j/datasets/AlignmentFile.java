package org.attn4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.common.WordAlignment;

/**
 * A file with the word alignment of a sentence pair on each line, {@code 0-0 1-2 2p3}, as {@link
 * WordAlignment#parse} reads it: UTF-8, plain or gzip. An empty line is a pair without links.
 */
public final class AlignmentFile {

    private AlignmentFile() {}

    /**
     * Reads a file.
     *
     * @param file the file
     * @return the alignment of each line
     * @throws CorpusException if a line holds something else; the message names the line
     * @throws IOException if the file cannot be read
     */
    public static List<WordAlignment> read(Path file) throws IOException {
        List<WordAlignment> alignments = new ArrayList<>();
        try (LineReader lines = LineReader.open(file, LineLimit.DEFAULT)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                try {
                    alignments.add(WordAlignment.parse(line));
                } catch (IllegalArgumentException e) {
                    throw new CorpusException(lines.place() + ": " + e.getMessage(), e);
                }
            }
        }
        return alignments;
    }
}
