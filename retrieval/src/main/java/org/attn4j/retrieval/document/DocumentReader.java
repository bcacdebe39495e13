package org.attn4j.retrieval.document;

import java.io.IOException;
import java.nio.file.Path;

/** Reads the documents of a file. */
@FunctionalInterface
public interface DocumentReader {

    /** Takes documents. */
    @FunctionalInterface
    interface Consumer {

        /**
         * Takes the next document.
         *
         * @param document the document
         * @throws IOException if it cannot be kept
         */
        void accept(Document document) throws IOException;
    }

    /**
     * Reads all documents of a file, in their order.
     *
     * @param file a regular file
     * @param source what the documents call it
     * @param consumer takes them
     * @throws org.attn4j.datasets.CorpusException if the file is damaged, encrypted or too large,
     *     or a record of it is not as it should be
     * @throws IOException if it cannot be read, or the consumer throws
     */
    void read(Path file, String source, Consumer consumer) throws IOException;
}
