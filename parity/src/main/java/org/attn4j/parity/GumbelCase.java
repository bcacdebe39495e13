package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mechanism.HardAttention;
import org.attn4j.attention.mechanism.StraightThrough;
import org.attn4j.attention.ops.AttentionKernel;

/** Dumps {@code hard_attention_gumbel…}: a straight-through look with given noise. */
final class GumbelCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.hasAll("in/a", "in/h", "in/weight/W_a", "in/weight/W_h", "in/gumbel");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        HardAttention block =
                new HardAttention(
                        GlobalParity.imageScore(in), in.fixture().number("temperature", 1));
        NDArray query = in.array("h"); // (B, T, n)
        NDArray places = in.array("a"); // (B, L, D)
        StraightThrough look =
                block.straightThrough(
                        in.parameters(),
                        AttentionInputs.cross(query, places).withMask(in.keys("mask")),
                        in.array("gumbel").expandDims(1),
                        true);
        return Map.of(
                "scores", GlobalParity.scores(in, block.score(), query, places),
                "weights", look.weights().squeeze(1),
                "soft", look.soft().squeeze(1),
                "hard", look.hard().squeeze(1),
                "index", look.positions(),
                "context", look.context());
    }
}
