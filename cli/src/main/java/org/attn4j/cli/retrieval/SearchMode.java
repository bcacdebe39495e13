package org.attn4j.cli.retrieval;

/** What passages are looked for by. */
enum SearchMode {
    /** The nearest vectors. */
    VECTOR,
    /** Words. */
    BM25,
    /** Both, by reciprocal rank fusion. */
    HYBRID
}
