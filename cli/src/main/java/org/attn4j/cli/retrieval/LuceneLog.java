package org.attn4j.cli.retrieval;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Lucene logs through {@code java.util.logging}, which prints: that a later JDK, or a module of
 * this one that warns itself, would make it faster.
 */
final class LuceneLog {

    /** A logger that nobody holds is forgotten with its level. */
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    private LuceneLog() {}

    static void silence(boolean verbose) {
        LUCENE.setLevel(verbose ? Level.INFO : Level.SEVERE);
    }
}
