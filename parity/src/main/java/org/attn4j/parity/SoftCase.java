package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mechanism.SoftAttention;
import org.attn4j.attention.ops.AttentionKernel;

/** Dumps {@code soft_attention…}: the gated context and the doubly stochastic penalty. */
final class SoftCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.hasAll("in/a", "in/h", "in/weight/W_a", "in/weight/W_h", "in/weight/w")
                && fixture.name().startsWith("soft_");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        boolean gated = in.hasWeight("w_beta");
        SoftAttention block =
                new SoftAttention(GlobalParity.imageScore(in), gated, Softmax.INSTANCE, 0);
        NDArray query = in.array("h"); // (B, T, n)
        NDArray places = in.array("a"); // (B, L, D)
        if (gated) {
            NDArray weight = in.weight("w_beta"); // (n)
            in.bind(block, "gate.weight", weight.reshape(1, weight.size()));
            in.bind(
                    block,
                    "gate.bias",
                    in.hasWeight("b_beta")
                            ? in.weight("b_beta").reshape(1)
                            : in.manager().zeros(new Shape(1)));
        }
        WeightsRecorder recorder = new WeightsRecorder();
        AttentionInputs inputs =
                AttentionInputs.cross(query, places)
                        .withMask(in.keys("mask"))
                        .withObserver(recorder);
        NDArray context = block.context(in.parameters(), inputs, true).context();
        NDArray weights = recorder.weights(); // (B, 1, T, S)
        NDArray penalty =
                SoftAttention.penalty(
                        weights,
                        in.has("mask") ? in.array("mask") : null,
                        in.has("step_mask") ? in.array("step_mask") : null,
                        in.fixture().number("lambda", 1));
        Map<String, NDArray> results = new HashMap<>();
        results.put("scores", GlobalParity.scores(in, block.score(), query, places));
        results.put("weights", weights.squeeze(1));
        results.put("context", context);
        results.put("penalty", penalty);
        results.put("z", block.attend(in.parameters(), inputs, true).context());
        if (gated) {
            results.put("beta", block.gate(in.parameters(), query, true).squeeze(2));
        }
        return results;
    }
}
