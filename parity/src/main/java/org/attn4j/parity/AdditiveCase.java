package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.mechanism.AdditiveAttention;
import org.attn4j.attention.ops.AttentionKernel;

/** Dumps {@code bahdanau…}: additive attention with and without a bias. */
final class AdditiveCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.hasAll("in/query", "in/keys", "in/weight/Wq", "in/weight/Wk", "in/weight/v");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        NDArray v = in.weight("v"); // (A)
        boolean bias = in.hasWeight("b");
        AdditiveAttention block =
                new AdditiveAttention(Math.toIntExact(v.size()), bias, Softmax.INSTANCE, 0);
        in.bind(block, "score.query_proj.weight", in.weight("Wq"));
        in.bind(block, "score.key_proj.weight", in.weight("Wk"));
        in.bind(block, "score.energy.weight", v.reshape(1, v.size()));
        if (bias) {
            in.bind(block, "score.key_proj.bias", in.weight("b"));
        }
        NDArray query = in.array("query"); // (B, T, Dq)
        NDArray keys = in.array("keys"); // (B, S, Dk)
        AttentionInputs inputs = AttentionInputs.cross(query, keys).withMask(in.keys("mask"));
        Seen output = Seen.of(block, in, inputs);
        return Map.of(
                "scores", GlobalParity.scores(in, block.score(), query, keys),
                "weights", output.weights().squeeze(1),
                "context", output.context());
    }
}
