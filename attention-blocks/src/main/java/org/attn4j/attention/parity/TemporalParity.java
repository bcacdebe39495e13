package org.attn4j.attention.parity;

import java.util.List;

/** Dumps of mechanisms over time and over levels. */
final class TemporalParity {

    private TemporalParity() {}

    static List<ParityCase> cases() {
        return List.of();
    }
}
