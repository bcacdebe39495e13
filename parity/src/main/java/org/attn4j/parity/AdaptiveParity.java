package org.attn4j.parity;

import java.util.List;

/** Dumps of mechanisms that learn where, how far and how sharply to look. */
final class AdaptiveParity {

    private AdaptiveParity() {}

    static List<ParityCase> cases() {
        return List.of(
                new AlignmentCase(),
                new QueryKeyNormCase(),
                new TalkingHeadsCase(),
                new AdaptiveSpanCase(),
                new SentinelCase());
    }
}
