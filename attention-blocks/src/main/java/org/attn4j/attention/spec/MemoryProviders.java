package org.attn4j.attention.spec;

import java.util.List;

/** The mechanisms with memories of their own. */
final class MemoryProviders {

    private MemoryProviders() {}

    static List<AttentionProvider> all() {
        return List.of();
    }
}
