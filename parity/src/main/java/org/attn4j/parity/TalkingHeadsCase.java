package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mechanism.TalkingHeadsAttention;
import org.attn4j.attention.ops.AttentionKernel;

/** Dumps {@code talking_heads…}: heads in, heads out, and two matrices that mix them. */
final class TalkingHeadsCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("talking_heads")
                && fixture.hasAll("in/q", "in/k", "in/v", "in/weight/P_l", "in/weight/P_w");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        int size = FixtureHeads.size(in, "q");
        TalkingHeadsAttention block =
                TalkingHeadsAttention.builder()
                        .setModelSize(size) // of projections that are not used
                        .setHeads(FixtureHeads.size(in, "weight/P_l"))
                        .optKeyHeads(FixtureHeads.heads(in, "q"))
                        .optValueHeads(FixtureHeads.heads(in, "v"))
                        .optHeadSize(size)
                        .optValueSize(FixtureHeads.size(in, "v"))
                        .optScale(in.fixture().number("scale", 1))
                        .build();
        in.bind(block, "logits_mix", in.weight("P_l"));
        in.bind(block, "weights_mix", in.weight("P_w"));
        TalkingHeadsAttention.HeadsOutput output =
                block.attendHeads(
                        in.parameters(),
                        in.array("q"),
                        new KeyValues(in.array("k"), in.array("v")),
                        FixtureHeads.mask(in),
                        true);

        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("logits", output.logits());
        results.put("weights", output.weights());
        results.put("mixed_weights", output.mixedWeights());
        results.put("output", output.context());
        return results;
    }
}
