package org.attn4j.retrieval.document;

import java.nio.charset.StandardCharsets;
import org.attn4j.common.Digests;
import org.attn4j.common.Require;

/**
 * A text with where it is from.
 *
 * @param source the file
 * @param id what the document is called in a file of several; empty where the file is the document
 * @param title its title; empty if it has none
 * @param text what is searched; positions count its {@code char}s
 */
public record Document(String source, String id, String title, String text) {

    private static final int LONGEST_NAME = 4096;

    public Document {
        Require.that(
                source.length() <= LONGEST_NAME && id.length() <= LONGEST_NAME,
                "file and id must have at most %s characters, got %s and %s",
                LONGEST_NAME,
                source.length(),
                id.length());
    }

    /**
     * Returns what tells the document from all others.
     *
     * @return file and id
     */
    public String key() {
        return id.isEmpty() ? source : source + "\t" + id;
    }

    /**
     * Returns what changes with title or text.
     *
     * @return a SHA-256 of both, 64 digits
     */
    public String digest() {
        return Digests.sha256((title + "\0" + text).getBytes(StandardCharsets.UTF_8));
    }
}
