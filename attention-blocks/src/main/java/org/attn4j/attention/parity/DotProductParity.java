package org.attn4j.attention.parity;

import java.util.List;

/** Dumps of scaled dot-product and multi-head attention. */
final class DotProductParity {

    private DotProductParity() {}

    static List<ParityCase> cases() {
        return List.of(new ScaledDotProductCase(), new MultiHeadCase());
    }
}
