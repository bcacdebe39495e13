package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;

/** Dumps {@code sdpa_…}: heads in, heads out, masks of torch's function. */
final class ScaledDotProductCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("sdpa_") && fixture.hasAll("in/q", "in/k", "in/v");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        Map<String, NDArray> results = new LinkedHashMap<>();
        masks(in)
                .forEach(
                        (way, mask) -> {
                            results.put("output" + way, attend(in, kernel, mask, false).context());
                            Seen seen = attend(in, kernel, mask, true);
                            results.put("weights" + way, seen.weights());
                            results.put("output@seen" + way, seen.context());
                        });
        return results;
    }

    /** Every way in which the mask can be given; one of them without a name. */
    private static Map<String, AttentionMask> masks(FixtureInputs in) {
        Fixture fixture = in.fixture();
        String kind = fixture.text("mask", "");
        Map<String, AttentionMask> masks = new LinkedHashMap<>();
        if (in.has("mask_allowed")) {
            masks.put("@pattern", AttentionMask.dense(in.array("mask_allowed")));
        }
        if (in.has("mask")) {
            masks.put("@bias", AttentionMask.bias(in.array("mask")));
        }
        long queries = in.array("q").getShape().get(2);
        long keys = in.array("k").getShape().get(2);
        if (kind.matches("sliding_\\d{1,6}") && queries == keys) {
            int width = Integer.parseInt(kind.substring("sliding_".length()));
            masks.put("@window", AttentionMask.window(width - 1, 0));
        }
        boolean grouped = fixture.param("kv_heads") != null; // dumps of these are causal
        if (kind.equals("causal") || grouped && masks.isEmpty() && fixture.flag("causal", true)) {
            masks.put(
                    "@causal",
                    queries == keys
                            ? AttentionMask.causal()
                            : fromTheStart(in.manager(), queries, keys));
        }
        AttentionMask first = masks.values().stream().findFirst().orElse(AttentionMask.none());
        masks.keySet().stream().findFirst().ifPresent(masks::remove);
        masks.put("", first);
        return masks;
    }

    /** Torch counts positions from the start, a cache from the end. */
    private static AttentionMask fromTheStart(NDManager manager, long queries, long keys) {
        NDArray query = manager.arange(0f, queries, 1).reshape(queries, 1);
        return AttentionMask.dense(manager.arange(0f, keys, 1).reshape(1, keys).lte(query));
    }

    private static Seen attend(
            FixtureInputs in, AttentionKernel kernel, AttentionMask mask, boolean weights) {
        double scale = in.fixture().number("scale", 1 / Math.sqrt(in.array("q").getShape().get(3)));
        return DotProductParity.attend(in, kernel, mask, scale, weights);
    }
}
