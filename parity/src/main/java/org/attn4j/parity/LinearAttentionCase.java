package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.LinearSums;
import org.attn4j.attention.ops.MaskArrays;

/** Dumps {@code linear_attention…}: heads in, heads and sums out. */
final class LinearAttentionCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("linear_attention")
                && fixture.hasAll("in/q", "in/k", "in/v");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        boolean causal = in.fixture().flag("causal");
        NDArray queries = LinearSums.features(in.array("q")); // (B, N, T, H)
        NDArray keys = LinearSums.features(in.array("k")); // (B, N, S, H)
        AttentionMask mask = in.keys("mask");
        if (mask.keys().isPresent()) {
            NDArray visible = mask.keys().get().toType(DataType.FLOAT32, false); // (B, S)
            keys = keys.mul(visible.expandDims(1).expandDims(3));
        }
        NDArray values = in.array("v");
        LinearSums all = LinearSums.of(keys, values);
        LinearSums.Result result =
                causal
                        ? LinearSums.causal(queries, keys, values, null)
                        : new LinearSums.Result(all.read(queries), all);

        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("phi_q", queries);
        results.put("phi_k", keys);
        results.put("output", result.context());
        results.put("state", result.sums().state());
        results.put("normaliser", result.sums().normaliser());
        NDArray weights = weights(queries, keys, mask, causal);
        results.put("weights", weights);
        results.put("output@full", weights.matMul(values));
        if (causal) {
            results.put("output@steps", steps(queries, keys, values));
        }
        return results;
    }

    private static NDArray weights(
            NDArray queries, NDArray keys, AttentionMask mask, boolean causal) {
        NDArray pairs = queries.matMul(keys.swapAxes(2, 3)); // (B, N, T, S)
        AttentionMask whole = causal ? mask.and(AttentionMask.causal()) : mask;
        MaskArrays numbers =
                whole.arrays(
                        queries.getManager(), pairs.getShape().get(2), pairs.getShape().get(3));
        NDArray seen = numbers.keepVisible(pairs);
        NDArray sum = seen.sum(new int[] {-1}, true);
        return seen.div(sum.add(sum.eq(0).toType(DataType.FLOAT32, false)));
    }

    /** The recurrent form, position by position. */
    private static NDArray steps(NDArray queries, NDArray keys, NDArray values) {
        LinearSums sums = null;
        NDArray contexts = null;
        for (long place = 0; place < queries.getShape().get(2); place++) {
            NDIndex step = new NDIndex(":, :, {}:{}", place, place + 1);
            LinearSums.Result result =
                    LinearSums.causal(queries.get(step), keys.get(step), values.get(step), sums);
            sums = result.sums();
            contexts = contexts == null ? result.context() : contexts.concat(result.context(), 2);
        }
        return contexts;
    }
}
