package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadLatentAttention;
import org.attn4j.attention.mechanism.MultiHeadLatentAttention.Form;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.position.RotaryEmbedding.Layout;

/** Dumps {@code mla_…}: a layer of DeepSeek's, under the names of its checkpoints. */
final class LatentCase implements ParityCase {

    private static final String LATENT = "kv_a_proj_with_mqa.weight";
    private static final List<String> PARAMETERS =
            List.of(
                    "q_proj.weight",
                    "q_a_proj.weight",
                    "q_a_proj.bias",
                    "q_a_layernorm.weight",
                    "q_b_proj.weight",
                    "kv_a_proj_with_mqa.weight",
                    "kv_a_proj_with_mqa.bias",
                    "kv_a_layernorm.weight",
                    "kv_b_proj.weight",
                    "o_proj.weight",
                    "o_proj.bias");

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("mla_")
                && fixture.has("in/hidden_states")
                && prefix(fixture).isPresent();
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        NDArray x = in.array("hidden_states"); // (B, L, D)
        AttentionMask mask = in.keys("attention_mask");
        if (in.fixture().flag("causal", true)) {
            mask = AttentionMask.causal().and(mask);
        }
        AttentionInputs inputs = AttentionInputs.self(x).withMask(mask);
        MultiHeadLatentAttention plain = block(in, kernel, Form.PLAIN);
        MultiHeadLatentAttention absorbed = block(in, kernel, Form.ABSORBED);
        Seen seen = Seen.of(plain, in, inputs);

        Map<String, NDArray> results = new LinkedHashMap<>();
        KeyValues latent = plain.compress(in.parameters(), x, null, 0, true);
        results.put("compressed_kv", latent.key().squeeze(1));
        results.put("k_rope", latent.value().squeeze(1));
        NDArray queries = plain.queries(in.parameters(), x, null, 0, true); // (B, N, L, Hn + Hr)
        int from = in.fixture().integer("qk_nope_head_dim");
        results.put("q_rope", queries.get(new NDIndex("..., {}:", from)));
        results.put("weights", seen.weights());
        results.put("output", plain.attend(in.parameters(), inputs, true).context());
        results.put("output@seen", seen.context());
        results.put("output@absorbed", absorbed.attend(in.parameters(), inputs, true).context());
        if (in.fixture().flag("causal", true)) {
            results.put("output@cached", stepByStep(in, block(in, kernel, Form.BY_COST)));
        }
        return results;
    }

    /** One position after the other, with what the cache keeps of those before. */
    private static NDArray stepByStep(FixtureInputs in, MultiHeadLatentAttention block) {
        NDArray x = in.array("hidden_states");
        NDArray output = null;
        try (KeyValueCache cache = new GrowingCache(in.manager())) {
            for (long place = 0; place < x.getShape().get(1); place++) {
                AttentionInputs inputs =
                        AttentionInputs.self(x.get(new NDIndex(":, {}:{}", place, place + 1)))
                                .withCache(cache);
                if (in.has("attention_mask")) {
                    NDArray visible = in.array("attention_mask");
                    NDArray past = visible.get(new NDIndex(":, :{}", place + 1));
                    inputs = inputs.withMask(AttentionMask.keys(past));
                }
                NDArray step = block.attend(in.parameters(), inputs, true).context();
                output = output == null ? step : output.concat(step, 1);
            }
        }
        return output;
    }

    private static MultiHeadLatentAttention block(
            FixtureInputs in, AttentionKernel kernel, Form form) {
        Fixture fixture = in.fixture();
        String prefix = prefix(fixture).orElseThrow();
        int shared = fixture.integer("qk_rope_head_dim");
        Shape x = in.array("hidden_states").getShape();
        boolean interleaved = fixture.flag("rope_interleave", true);
        MultiHeadLatentAttention.Builder builder =
                MultiHeadLatentAttention.builder()
                        .setModelSize((int) x.get(2))
                        .setHeads(fixture.integer("num_heads"))
                        .setKeyValueRank(fixture.integer("kv_lora_rank"))
                        .optQueryRank(fixture.integer("q_lora_rank", 0))
                        .optHeadSize(fixture.integer("qk_nope_head_dim"))
                        .optSharedKeySize(shared)
                        .optValueHeadSize(fixture.integer("v_head_dim"))
                        .optBias(in.hasWeight(prefix + "kv_a_proj_with_mqa.bias"))
                        .optEpsilon(fixture.number("rms_norm_eps", 1e-6))
                        .optRotary(
                                RotaryEmbedding.builder()
                                        .setSize(shared)
                                        .optLayout(interleaved ? Layout.INTERLEAVED : Layout.HALVES)
                                        .optBase(fixture.number("rope_theta", 10000))
                                        .build())
                        .optForm(form)
                        .optKernel(kernel);
        if (fixture.param("softmax_scale") != null) {
            builder.optScale(fixture.number("softmax_scale"));
        }
        MultiHeadLatentAttention block = builder.build();
        for (String name : PARAMETERS) {
            if (in.hasWeight(prefix + name)) {
                in.bind(block, name, in.weight(prefix + name));
            }
        }
        return block;
    }

    /** What stands before the names of the parameters, such as {@code model.layers.0.self_attn.} */
    private static Optional<String> prefix(Fixture fixture) {
        String start = "in/weight/";
        return fixture.names(start).stream()
                .filter(name -> name.endsWith(LATENT))
                .map(name -> name.substring(start.length(), name.length() - LATENT.length()))
                .findFirst();
    }
}
