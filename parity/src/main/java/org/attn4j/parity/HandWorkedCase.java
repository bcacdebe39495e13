package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.score.DotScore;

/** Dump {@code hand_worked}: one head on projected integers, plain, causal, padded and unscaled. */
final class HandWorkedCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("hand_worked")
                && fixture.hasAll("in/x", "in/weight/W_q", "in/weight/W_k", "in/weight/W_v");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        NDArray x = in.array("x"); // (B, L, D)
        NDArray q = x.matMul(in.weight("W_q")); // (B, L, d)
        NDArray k = x.matMul(in.weight("W_k"));
        NDArray v = x.matMul(in.weight("W_v"));
        double scale = 1 / Math.sqrt(q.getShape().get(2));
        ParameterStore none = in.parameters();
        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("q", q);
        results.put("k", k);
        results.put("v", v);
        results.put("scores", new DotScore().scores(none, q, k, true));
        results.put("scaled", new DotScore(scale).scores(none, q, k, true));
        Map<String, AttentionMask> masks = new LinkedHashMap<>();
        masks.put("", AttentionMask.none());
        masks.put("_causal", AttentionMask.causal());
        masks.put("_padded", in.keys("mask"));
        masks.forEach(
                (kind, mask) -> {
                    put(results, "output" + kind, "", attend(kernel, q, k, v, mask, scale, false));
                    put(
                            results,
                            "output" + kind,
                            "weights" + kind,
                            attend(kernel, q, k, v, mask, scale, true));
                });
        put(
                results,
                "unscaled_output",
                "unscaled_weights",
                attend(kernel, q, k, v, AttentionMask.none(), 1, true));
        return results;
    }

    /** One head. */
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

    private static void put(
            Map<String, NDArray> results, String context, String weights, Seen output) {
        String way = results.containsKey(context) ? context + "@seen" : context;
        results.put(way, output.context().squeeze(1));
        if (output.weights() != null) {
            results.put(weights, output.weights().squeeze(1));
        }
    }
}
