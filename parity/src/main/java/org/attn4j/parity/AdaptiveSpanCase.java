package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.AdaptiveSpanAttention;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.Scalars;

/** Dumps {@code adaptive_span…}: heads of one sequence, spans in places without an upper end. */
final class AdaptiveSpanCase implements ParityCase {

    /** Beyond any span; a power of two, so that shares of it are exact. */
    private static final int MAX_SPAN = 1 << 20;

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("adaptive_span")
                && fixture.hasAll("in/q", "in/k", "in/v", "in/z");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        Fixture fixture = in.fixture();
        int heads = FixtureHeads.heads(in, "q");
        AdaptiveSpanAttention block =
                AdaptiveSpanAttention.builder()
                        .setModelSize(heads * FixtureHeads.size(in, "q"))
                        .setHeads(heads)
                        .setMaxSpan(MAX_SPAN)
                        .optRamp(fixture.number("ramp"))
                        .optPenalty(fixture.number("lambda", 0))
                        .build();
        in.bind(block.span(), "span", Scalars.multiply(in.array("z"), 1.0 / MAX_SPAN));
        NDArray query = in.array("q"); // (B, N, T, H)
        AttentionMask mask = in.keys("mask");
        WeightsRecorder recorder = new WeightsRecorder();
        NDArray output =
                block.attendHeads(
                        in.parameters(),
                        query,
                        new KeyValues(in.array("k"), in.array("v")),
                        mask,
                        recorder,
                        true);
        long queries = query.getShape().get(2);
        long keys = in.array("k").getShape().get(2);

        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put(
                "soft_mask",
                block.span().softMask(in.parameters(), in.manager(), queries, keys, true));
        results.put("weights", recorder.weights());
        results.put("output", output);
        results.put("span_loss", block.spanLoss(in.parameters(), in.manager(), true));
        return results;
    }
}
