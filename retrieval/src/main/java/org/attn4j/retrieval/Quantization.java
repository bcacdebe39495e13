package org.attn4j.retrieval;

/** How the vectors of an index are kept for the search. */
public enum Quantization {
    /** As float32. */
    NONE,
    /**
     * As whole numbers of seven bits, a byte each, as Lucene does it: a quarter of the memory and
     * slightly other neighbours. The float32 vectors stay on disk for merges.
     */
    INT8
}
