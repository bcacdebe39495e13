package org.attn4j.attention.parity;

import java.util.List;

/** Dumps of mechanisms that score every key with a score of their own. */
final class GlobalParity {

    private GlobalParity() {}

    static List<ParityCase> cases() {
        return List.of();
    }
}
