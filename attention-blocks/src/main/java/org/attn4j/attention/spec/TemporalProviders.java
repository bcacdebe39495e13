package org.attn4j.attention.spec;

import java.util.List;

/** The mechanisms that attend over time or over levels. */
final class TemporalProviders {

    private TemporalProviders() {}

    static List<AttentionProvider> all() {
        return List.of();
    }
}
