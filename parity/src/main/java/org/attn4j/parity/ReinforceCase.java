package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mechanism.Glimpses;
import org.attn4j.attention.mechanism.HardAttention;
import org.attn4j.attention.mechanism.Reinforce;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.LinearBlock;

/**
 * Dumps {@code hard_attention_reinforce…}: given positions, a linear readout and the learning rule.
 */
final class ReinforceCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.hasAll(
                "in/a", "in/h", "in/weight/W_a", "in/weight/W_h", "in/index", "in/weight/W_o");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        HardAttention block = new HardAttention(GlobalParity.imageScore(in));
        NDArray query = in.array("h"); // (B, T, n)
        NDArray places = in.array("a"); // (B, L, D)
        AttentionInputs inputs = AttentionInputs.cross(query, places).withMask(in.keys("mask"));
        Glimpses glimpses = block.look(in.parameters(), inputs, in.array("index"), true);
        NDArray steps =
                in.has("step_mask") ? in.array("step_mask").toType(DataType.FLOAT32, false) : null;

        NDArray logits = readout(in, glimpses.context()); // (N, B, T, V)
        NDArray likelihood = likelihood(logits, in.array("target"), steps); // (N, B)
        Reinforce rule =
                new Reinforce(
                        in.fixture().number("lambda_r", 1),
                        in.fixture().number("lambda_e", 0),
                        in.fixture().number("decay", 0.9));
        double baseline = in.has("baseline") ? in.array("baseline").toFloatArray()[0] : 0;
        return Map.of(
                "scores", GlobalParity.scores(in, block.score(), query, places),
                "weights", glimpses.weights().squeeze(1),
                "z", glimpses.context(),
                "log_prob", glimpses.logProbability(),
                "entropy", glimpses.entropy(),
                "logits", logits,
                "log_p_y", likelihood,
                "loss", rule.loss(likelihood, glimpses, steps, baseline),
                "new_baseline",
                        HostArrays.of(
                                in.manager(),
                                new float[] {(float) rule.baseline(baseline, likelihood)},
                                new Shape()));
    }

    /** W_o z + b_o, which stands in for a language model. */
    private static NDArray readout(FixtureInputs in, NDArray context) {
        NDArray weight = in.weight("W_o"); // (V, D)
        LinearBlock readout = LinearBlock.of(weight.getShape().get(0), in.hasWeight("b_o"));
        in.bind(readout, "weight", weight);
        if (in.hasWeight("b_o")) {
            in.bind(readout, "bias", in.weight("b_o"));
        }
        ParameterStore parameters = in.parameters();
        return readout.forward(parameters, new NDList(context), true).singletonOrThrow();
    }

    /** log p(y | s, a), (N, B). */
    private static NDArray likelihood(NDArray logits, NDArray target, NDArray steps) {
        int words = Math.toIntExact(logits.getShape().get(3));
        NDArray chosen =
                logits.logSoftmax(-1)
                        .mul(target.oneHot(words).expandDims(0))
                        .sum(new int[] {3}); // (N, B, T)
        return (steps == null ? chosen : chosen.mul(steps.expandDims(0))).sum(new int[] {2});
    }
}
