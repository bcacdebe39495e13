package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mechanism.CoverageAttention;
import org.attn4j.attention.mechanism.CoverageAttention.Covered;
import org.attn4j.attention.ops.AttentionKernel;

/** Dumps {@code coverage…}: additive attention that counts what it looked at. */
final class CoverageCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.hasAll(
                "in/h", "in/s", "in/weight/W_h", "in/weight/W_s", "in/weight/w_c", "in/weight/v");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        NDArray v = in.weight("v"); // (A)
        CoverageAttention block = new CoverageAttention(Math.toIntExact(v.size()));
        in.bind(block, "score.query_proj.weight", in.weight("W_s"));
        in.bind(block, "score.key_proj.weight", in.weight("W_h"));
        in.bind(
                block,
                "score.key_proj.bias",
                in.hasWeight("b") ? in.weight("b") : in.manager().zeros(v.getShape()));
        in.bind(block, "score.energy.weight", v.reshape(1, v.size()));
        in.bind(block, "coverage_weight", in.weight("w_c").flatten());
        Covered covered =
                block.cover(
                        in.parameters(),
                        AttentionInputs.cross(in.array("s"), in.array("h"))
                                .withMask(in.keys("mask")),
                        true);
        NDArray steps = in.has("step_mask") ? in.array("step_mask") : null;
        return Map.of(
                "scores", covered.scores(),
                "weights", covered.weights(),
                "coverage", covered.coverage(),
                "context", covered.context(),
                "step_loss", CoverageAttention.stepLoss(covered),
                "coverage_loss", CoverageAttention.loss(covered, steps));
    }
}
