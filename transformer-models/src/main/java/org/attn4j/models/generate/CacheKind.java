package org.attn4j.models.generate;

/**
 * How keys and values are kept while a sequence is generated. The results are the same. Where
 * hypotheses share rows (see {@link BranchingStepDecoder}), arrays have room for some tokens more
 * than they hold, whatever this says.
 */
public enum CacheKind {
    /** Arrays that are made anew, one position longer, with each token. */
    GROWING,
    /**
     * Arrays that have room for the longest sequence from the beginning and are written to. Where
     * that may have more than 4096 tokens, they grow.
     */
    STATIC
}
