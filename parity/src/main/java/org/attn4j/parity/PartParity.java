package org.attn4j.parity;

import java.util.List;

/** Dumps of what models need beside attention: norms and losses. */
final class PartParity {

    private PartParity() {}

    static List<ParityCase> cases() {
        return List.of(new LayerNormCase(), new RmsNormCase(), new CrossEntropyCase());
    }
}
