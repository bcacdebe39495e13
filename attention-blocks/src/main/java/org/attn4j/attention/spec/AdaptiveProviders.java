package org.attn4j.attention.spec;

import java.util.List;

/** The mechanisms that learn where, how far and how sharply to look. */
final class AdaptiveProviders {

    private AdaptiveProviders() {}

    static List<AttentionProvider> all() {
        return List.of();
    }
}
