package org.attn4j.parity;

import java.util.List;
import java.util.stream.Stream;

/** The cases of this module; the first that matches a dump computes it. */
final class BuiltInParity {

    private static final List<ParityCase> ALL =
            Stream.of(
                            dotProducts(),
                            positions(),
                            parts(),
                            scored(),
                            sparse(),
                            adaptive(),
                            MemoryParity.cases(),
                            TemporalParity.cases(),
                            RecurrentParity.cases())
                    .flatMap(List::stream)
                    .toList();

    private BuiltInParity() {}

    static List<ParityCase> all() {
        return ALL;
    }

    private static List<ParityCase> dotProducts() {
        return List.of(
                new ScaledDotProductCase(),
                new MultiHeadCase(),
                new HandWorkedCase(),
                new HandWorkedScoresCase());
    }

    private static List<ParityCase> positions() {
        return List.of(
                new AlibiCase(),
                new RelativePositionCase(),
                new RotaryCase(),
                new SinusoidalCase());
    }

    /** What models need beside attention. */
    private static List<ParityCase> parts() {
        return List.of(new LayerNormCase(), new RmsNormCase(), new CrossEntropyCase());
    }

    /** Every key is scored, by a score of the mechanism's own. */
    private static List<ParityCase> scored() {
        return List.of(
                new AdditiveCase(),
                new GlobalCase(),
                new SoftCase(),
                new GumbelCase(),
                new ReinforceCase(),
                new CoverageCase());
    }

    /** Some of the keys are looked at. */
    private static List<ParityCase> sparse() {
        return List.of(
                new SparsePatternCase(), new LinearAttentionCase(), new LocalAttentionCase());
    }

    /** Where, how far and how sharply to look is learned. */
    private static List<ParityCase> adaptive() {
        return List.of(
                new AlignmentCase(),
                new QueryKeyNormCase(),
                new TalkingHeadsCase(),
                new AdaptiveSpanCase(),
                new SentinelCase());
    }
}
