package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.position.Alibi;

/** Dumps {@code alibi_…}: slopes, biases in both forms, and causal attention under them. */
final class AlibiCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("alibi") && fixture.hasAll("in/q", "in/k", "in/v");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        Shape shape = in.array("q").getShape(); // (B, N, L, H)
        int heads = (int) shape.get(1);
        long length = shape.get(2);
        Alibi alibi = new Alibi(heads);
        NDArray bias = alibi.bias(in.manager(), length, length); // (1, N, L, L)
        AttentionMask mask = AttentionMask.bias(bias).and(AttentionMask.causal());
        double scale = 1 / Math.sqrt(shape.get(3));
        Seen seen = DotProductParity.attend(in, kernel, mask, scale, true);

        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put(
                "slopes",
                HostArrays.of(in.manager(), alibi.slopes(), new Shape(alibi.slopes().length)));
        results.put("bias", bias.squeeze(0));
        results.put("output", DotProductParity.attend(in, kernel, mask, scale, false).context());
        results.put("output@seen", seen.context());
        results.put("weights", seen.weights());
        if (in.has("padding_mask")) {
            NDArray byKey = alibi.keyBias(in.manager(), in.array("padding_mask")); // (B, N, 1, L)
            results.put("bloom_alibi", byKey.reshape(shape.get(0) * heads, 1, length));
        }
        return results;
    }
}
