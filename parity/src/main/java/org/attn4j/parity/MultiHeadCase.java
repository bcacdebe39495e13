package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.ops.AttentionKernel;

/** Dumps {@code mha_…} of torch's module: its parameters, and its masks, in which true hides. */
final class MultiHeadCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("mha_")
                && fixture.hasAll("in/query", "in/weight/out_proj.weight");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        MultiHeadAttention block = block(in, kernel);
        NDArray query = in.array("query"); // (B, T, D)
        NDArray key = in.has("key") ? in.array("key") : query;
        NDArray value = in.has("value") ? in.array("value") : key;
        AttentionInputs inputs = AttentionInputs.of(query, key, value).withMask(mask(in));

        // The context by the kernel, the weights by the reference, which alone returns them: the
        // gradients of the dump are the sum of both.
        Seen seen = Seen.of(block, in, inputs);
        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("attn_output", block.attend(in.parameters(), inputs, true).context());
        results.put("attn_output@seen", seen.context());
        results.put("attn_weights", seen.weights());
        return results;
    }

    private static MultiHeadAttention block(FixtureInputs in, AttentionKernel kernel) {
        Fixture fixture = in.fixture();
        boolean bias = fixture.flag("bias", in.hasWeight("in_proj_bias"));
        boolean extras = fixture.flag("add_bias_kv", in.hasWeight("bias_k"));
        MultiHeadAttention block =
                MultiHeadAttention.builder()
                        .setModelSize(fixture.integer("embed_dim"))
                        .setHeads(fixture.integer("num_heads"))
                        .optKeySize(fixture.integer("kdim", 0))
                        .optValueSize(fixture.integer("vdim", 0))
                        .optBias(bias)
                        .optKeyValueBias(extras)
                        .optZeroAttention(fixture.flag("add_zero_attn"))
                        .optKernel(kernel)
                        .build();
        List<String> projections = List.of("query_proj", "key_proj", "value_proj");
        List<String> letters = List.of("q", "k", "v");
        for (int i = 0; i < 3; i++) {
            NDArray weight =
                    in.hasWeight("in_proj_weight")
                            ? in.weight("in_proj_weight").split(3, 0).get(i)
                            : in.weight(letters.get(i) + "_proj_weight");
            in.bind(block, projections.get(i) + ".weight", weight);
            if (bias) {
                NDArray part = in.weight("in_proj_bias").split(3, 0).get(i);
                in.bind(block, projections.get(i) + ".bias", part);
            }
        }
        in.bind(block, "output_proj.weight", in.weight("out_proj.weight"));
        if (bias) {
            in.bind(block, "output_proj.bias", in.weight("out_proj.bias"));
        }
        if (extras) {
            in.bind(block, "bias_k", in.weight("bias_k"));
            in.bind(block, "bias_v", in.weight("bias_v"));
        }
        return block;
    }

    /** True hides, numbers are added, and a mask (B·N, T, S) has one for each head. */
    private static AttentionMask mask(FixtureInputs in) {
        AttentionMask mask = AttentionMask.none();
        if (in.has("attn_mask")) {
            NDArray given = in.array("attn_mask");
            Shape shape = given.getShape();
            if (shape.dimension() == 3) {
                long heads = in.fixture().integer("num_heads");
                given = given.reshape(shape.get(0) / heads, heads, shape.get(1), shape.get(2));
            }
            mask =
                    given.getDataType().isFloating()
                            ? AttentionMask.bias(given)
                            : AttentionMask.dense(given.logicalNot());
        }
        if (in.has("key_padding_mask")) {
            NDArray given = in.array("key_padding_mask"); // (B, S)
            mask =
                    mask.and(
                            given.getDataType().isFloating()
                                    ? AttentionMask.bias(given.expandDims(1).expandDims(1))
                                    : AttentionMask.keys(given.logicalNot()));
        }
        return mask;
    }
}
