package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.mechanism.SentinelAttention;
import org.attn4j.attention.ops.AttentionKernel;

/** Dumps {@code visual_sentinel…}: states of a decoder, regions, and the words' logits. */
final class SentinelCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("visual_sentinel")
                && fixture.hasAll("in/x", "in/h", "in/m", "in/v", "in/weight/W_s");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        SentinelAttention block =
                new SentinelAttention(
                        new SentinelAttention.Sizes(
                                FixtureHeads.size(in, "h"),
                                FixtureHeads.size(in, "x"),
                                rows(in, "W_v"),
                                in.hasWeight("W_p") ? rows(in, "W_p") : 1),
                        0);
        in.bind(block, "input_proj.weight", in.weight("W_x"));
        in.bind(block, "hidden_proj.weight", in.weight("W_h"));
        in.bind(block, "sentinel_proj.weight", in.weight("W_s"));
        in.bind(block, "score.key_proj.weight", in.weight("W_v"));
        in.bind(block, "score.query_proj.weight", in.weight("W_g"));
        in.bind(block, "score.energy.weight", in.weight("w").reshape(1, -1));
        boolean readout = in.hasWeight("W_p");
        NDArray hidden = in.array("h"); // (B, T, D)
        NDArray projection =
                readout
                        ? in.weight("W_p")
                        : in.manager().zeros(new Shape(1, FixtureHeads.size(in, "h")));
        in.bind(block, "output_proj.weight", projection);
        SentinelAttention.Inputs inputs =
                SentinelAttention.Inputs.of(
                                in.array("x"),
                                hidden,
                                previous(in, hidden),
                                in.array("m"),
                                in.array("v"))
                        .with(a -> a.withMask(in.keys("mask")));
        SentinelAttention.Output output = block.look(in.parameters(), inputs, true);

        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("gate", output.gate());
        results.put("sentinel", output.sentinel());
        results.put("weights", output.weights());
        results.put("context", output.context());
        results.put("extended_weights", output.extendedWeights());
        results.put("beta", output.beta());
        results.put("adaptive_context", output.adaptiveContext());
        if (readout) {
            results.put("logits", output.readout());
        }
        return results;
    }

    private static int rows(FixtureInputs in, String weight) {
        return Math.toIntExact(in.weight(weight).getShape().get(0));
    }

    /** h one step later, with the initial state in front, which is zero unless it is given. */
    private static NDArray previous(FixtureInputs in, NDArray hidden) {
        Shape shape = hidden.getShape();
        NDArray first =
                in.has("h0")
                        ? in.array("h0").expandDims(1)
                        : in.manager().zeros(new Shape(shape.get(0), 1, shape.get(2)));
        return shape.get(1) == 1 ? first : first.concat(hidden.get(new NDIndex(":, :-1")), 1);
    }
}
