package org.attn4j.attention.parity;

import java.util.List;

/** Dumps of mechanisms with memories of their own. */
final class MemoryParity {

    private MemoryParity() {}

    static List<ParityCase> cases() {
        return List.of();
    }
}
