package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.align.AlphaEntmax;
import org.attn4j.attention.align.Entmax15;
import org.attn4j.attention.align.SparseWeights;
import org.attn4j.attention.align.Sparsemax;
import org.attn4j.attention.mechanism.DotProductAttention;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Scalars;

/** Dumps of sparsemax, 1.5-entmax and α-entmax attention on heads. */
final class AlignmentCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        String name = fixture.name();
        return fixture.hasAll("in/q", "in/k", "in/v")
                && (name.startsWith("sparsemax_attention")
                        || name.startsWith("entmax15_attention")
                        || name.startsWith("alpha_entmax_attention") && fixture.has("in/alpha"));
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        int heads = FixtureHeads.heads(in, "q");
        double scale = in.fixture().number("scale", 1 / Math.sqrt(FixtureHeads.size(in, "q")));
        NDArray scores =
                Scalars.multiply(in.array("q"), scale)
                        .matMul(in.array("k").swapAxes(2, 3)); // (B, N, T, S)
        long queries = scores.getShape().get(2);
        long keys = scores.getShape().get(3);
        MaskArrays mask = FixtureHeads.mask(in).arrays(in.manager(), queries, keys);
        SparseWeights solution = solve(in, scores, mask);

        DotProductAttention block =
                DotProductAttention.builder()
                        .optHeads(heads)
                        .optKeyValueHeads(FixtureHeads.heads(in, "k"))
                        .optScale(scale)
                        .optAlignment((p, s, m, training) -> solve(in, s, m).weights())
                        .optKernel(kernel)
                        .build();
        AttentionInputs inputs = FixtureHeads.inputs(in);
        Seen output = Seen.of(block, in, inputs);

        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("scores", scores);
        results.put("tau", solution.threshold().squeeze(3));
        results.put("support", solution.weights().gt(0));
        results.put("weights", output.weights());
        results.put("weights@solved", solution.weights());
        results.put("output", FixtureHeads.split(output.context(), heads));
        return results;
    }

    private static SparseWeights solve(FixtureInputs in, NDArray scores, MaskArrays mask) {
        String name = in.fixture().name();
        if (name.startsWith("sparsemax")) {
            return Sparsemax.INSTANCE.solve(scores, mask);
        }
        return name.startsWith("entmax15")
                ? Entmax15.INSTANCE.solve(scores, mask)
                : AlphaEntmax.solve(scores, mask, in.array("alpha"));
    }
}
