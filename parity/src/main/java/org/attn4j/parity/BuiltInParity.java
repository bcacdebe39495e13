package org.attn4j.parity;

import java.util.List;
import java.util.stream.Stream;

/** The cases of this module. */
final class BuiltInParity {

    private static final List<ParityCase> ALL =
            Stream.of(
                            DotProductParity.cases(),
                            PositionParity.cases(),
                            PartParity.cases(),
                            GlobalParity.cases(),
                            SparseParity.cases(),
                            AdaptiveParity.cases(),
                            MemoryParity.cases(),
                            TemporalParity.cases(),
                            RecurrentParity.cases())
                    .flatMap(List::stream)
                    .toList();

    private BuiltInParity() {}

    static List<ParityCase> all() {
        return ALL;
    }
}
