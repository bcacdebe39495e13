package org.attn4j.attention.spec;

import java.util.List;
import java.util.stream.Stream;

/** The mechanisms of this module, in the order in which they are listed. */
final class BuiltInMechanisms {

    private static final List<AttentionProvider> ALL =
            Stream.of(
                            DotProductProviders.all(),
                            GlobalProviders.all(),
                            SparseProviders.all(),
                            AdaptiveProviders.all(),
                            MemoryProviders.all(),
                            TemporalProviders.all())
                    .flatMap(List::stream)
                    .toList();

    private BuiltInMechanisms() {}

    static List<AttentionProvider> all() {
        return ALL;
    }
}
