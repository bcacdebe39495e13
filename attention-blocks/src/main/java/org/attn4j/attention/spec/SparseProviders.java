package org.attn4j.attention.spec;

import java.util.List;

/** The mechanisms that look at some of the keys only. */
final class SparseProviders {

    private SparseProviders() {}

    static List<AttentionProvider> all() {
        return List.of();
    }
}
