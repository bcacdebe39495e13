package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.Map;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.score.DotScore;

/**
 * Dump {@code hand_worked_scores}: one query for each row, and what scaling does to its weights.
 */
final class HandWorkedScoresCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("hand_worked") && fixture.hasAll("in/q", "in/k", "in/v");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        NDArray q = in.array("q").expandDims(1); // (B, 1, d)
        NDArray k = in.array("k"); // (B, S, d)
        NDArray v = in.array("v"); // (B, S, dv)
        double scale = 1 / Math.sqrt(q.getShape().get(2));
        AttentionMask mask = in.keys("mask");
        Seen seen = attend(kernel, q, k, v, mask, scale, true);
        ParameterStore none = in.parameters();
        return Map.of(
                "scores", new DotScore().scores(none, q, k, true).squeeze(1),
                "scaled", new DotScore(scale).scores(none, q, k, true).squeeze(1),
                "output", row(attend(kernel, q, k, v, mask, scale, false).context()),
                "output@seen", row(seen.context()),
                "weights", row(seen.weights()),
                "unscaled_weights",
                        row(attend(kernel, q, k, v, AttentionMask.none(), 1, true).weights()));
    }

    private static Seen attend(
            AttentionKernel kernel,
            NDArray q,
            NDArray k,
            NDArray v,
            AttentionMask mask,
            double scale,
            boolean weights) {
        return DotProductParity.attend(
                kernel, q.expandDims(1), k.expandDims(1), v.expandDims(1), mask, scale, weights);
    }

    /** (B, 1, 1, X) to (B, X). */
    private static NDArray row(NDArray array) {
        return array.squeeze(1).squeeze(1);
    }
}
