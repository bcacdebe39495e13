package org.attn4j.parity;

import java.util.List;

/** Dumps of mechanisms that look at some of the keys. */
final class SparseParity {

    private SparseParity() {}

    static List<ParityCase> cases() {
        return List.of(
                new SparsePatternCase(), new LinearAttentionCase(), new LocalAttentionCase());
    }
}
