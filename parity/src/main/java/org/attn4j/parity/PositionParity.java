package org.attn4j.parity;

import java.util.List;

/** Dumps of positions. */
final class PositionParity {

    private PositionParity() {}

    static List<ParityCase> cases() {
        return List.of(
                new AlibiCase(),
                new RelativePositionCase(),
                new RotaryCase(),
                new SinusoidalCase());
    }
}
