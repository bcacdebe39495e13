package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.position.RelativePositionBias;

/** Dumps {@code t5_buckets_…}: buckets of distances, and unscaled attention with their biases. */
final class RelativePositionCase implements ParityCase {

    private static final String TABLE = "relative_attention_bias";

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("t5_")
                && fixture.hasAll("in/q", "in/k", "in/v", "in/weight/" + TABLE);
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        Shape table = in.weight(TABLE).getShape(); // (buckets, N)
        RelativePositionBias relative =
                new RelativePositionBias(
                        (int) table.get(1),
                        (int) table.get(0),
                        in.fixture().integer("max_distance"),
                        in.fixture().flag("bidirectional"));
        in.bind(relative, "weight", in.weight(TABLE));
        int queries = (int) in.array("q").getShape().get(2);
        int keys = (int) in.array("k").getShape().get(2);
        NDArray ids = ids(in, relative, queries, keys);
        NDArray bias = relative.forward(in.parameters(), new NDList(ids), false).head();
        AttentionMask mask = AttentionMask.bias(bias); // (1, N, T, S)
        Seen seen = DotProductParity.attend(in, kernel, mask, 1, true);

        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("bucket_matrix", ids);
        if (queries == keys) {
            results.put("bucket_matrix@block", relative.buckets(in.manager(), queries, keys));
        }
        results.put("bias", bias.squeeze(0));
        results.put("output", DotProductParity.attend(in, kernel, mask, 1, false).context());
        results.put("output@seen", seen.context());
        results.put("weights", seen.weights());
        if (in.has("relative_positions")) {
            long[] distances = in.array("relative_positions").toLongArray();
            long[] buckets = Arrays.stream(distances).map(relative::bucket).toArray();
            results.put("buckets", HostArrays.of(in.manager(), buckets, new Shape(buckets.length)));
        }
        return results;
    }

    /** Dumps count queries from the start; with more keys a cache would count from the end. */
    private static NDArray ids(
            FixtureInputs in, RelativePositionBias relative, int queries, int keys) {
        long[] ids = new long[Math.multiplyExact(queries, keys)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = relative.bucket((long) i % keys - i / keys);
        }
        return HostArrays.of(in.manager(), ids, new Shape(queries, keys));
    }
}
