package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.DotProductAttention;
import org.attn4j.attention.norm.CosineNorm;
import org.attn4j.attention.norm.QueryKeyLayerNorm;
import org.attn4j.attention.norm.QueryKeyNorm;
import org.attn4j.attention.norm.QueryKeyUnitNorm;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.Scalars;

/** Dumps of attention on normalised queries and keys: cosine, by length, by layer norm. */
final class QueryKeyNormCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        String name = fixture.name();
        return fixture.hasAll("in/q", "in/k", "in/v")
                && (name.startsWith("cosine_attention") && fixture.has("in/weight/tau")
                        || name.startsWith("qk_norm_attention") && fixture.has("in/weight/g")
                        || name.startsWith("qk_layernorm_attention")
                                && fixture.hasAll("in/weight/q_norm", "in/weight/k_norm"));
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        int heads = FixtureHeads.heads(in, "q");
        QueryKeyNorm norm = norm(in, heads);
        DotProductAttention block =
                DotProductAttention.builder()
                        .optHeads(heads)
                        .optKeyValueHeads(FixtureHeads.heads(in, "k"))
                        .optQueryKeyNorm(norm)
                        .optKernel(kernel)
                        .build();
        AttentionInputs inputs = FixtureHeads.inputs(in);
        NDArray bias = in.has("bias") ? in.array("bias") : null; // (N, T, S)
        if (bias != null) {
            inputs = inputs.withMask(inputs.mask().and(AttentionMask.bias(bias.expandDims(0))));
        }
        Seen seen = Seen.of(block, in, inputs);
        NDArray context = block.attend(in.parameters(), inputs, true).context();

        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("scores", scores(in, norm, bias));
        results.put("weights", seen.weights());
        results.put("output", FixtureHeads.split(context, heads));
        results.put("output@seen", FixtureHeads.split(seen.context(), heads));
        return results;
    }

    private static QueryKeyNorm norm(FixtureInputs in, int heads) {
        if (in.hasWeight("tau")) {
            CosineNorm norm = new CosineNorm(heads);
            NDArray tau = in.weight("tau").clip(0.01, Float.MAX_VALUE);
            in.bind(norm, "logit_scale", tau.log().neg().reshape(heads, 1, 1));
            return norm;
        }
        if (in.hasWeight("g")) {
            QueryKeyUnitNorm norm = new QueryKeyUnitNorm(2);
            in.bind(norm, "g", in.weight("g").reshape(1));
            return norm;
        }
        QueryKeyLayerNorm norm = new QueryKeyLayerNorm(FixtureHeads.size(in, "q"));
        bind(in, norm, "query_norm", "q_norm");
        bind(in, norm, "key_norm", "k_norm");
        return norm;
    }

    private static void bind(FixtureInputs in, Block norm, String parameter, String weight) {
        in.bind(norm, parameter, in.weight(weight));
    }

    private static NDArray scores(FixtureInputs in, QueryKeyNorm norm, NDArray bias) {
        NDArray query = norm.query(in.parameters(), in.array("q"), true);
        NDArray key = norm.key(in.parameters(), in.array("k"), true);
        double scale = norm.scale(FixtureHeads.size(in, "q"));
        NDArray scores = Scalars.multiply(query, scale).matMul(key.swapAxes(2, 3));
        return bias == null ? scores : scores.add(bias); // (B, N, T, S)
    }
}
