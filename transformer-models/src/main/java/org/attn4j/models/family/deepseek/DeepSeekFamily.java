package org.attn4j.models.family.deepseek;

import java.util.function.Function;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.causal.CausalFamily;

/**
 * What DeepSeek-V2 and V3 share: the names of their tensors. Each expert has its own. Files of
 * whole models may hold a layer after the last, which predicts the token after the next and is not
 * part of the model.
 */
abstract class DeepSeekFamily extends CausalFamily {

    private static final String PREFIX = "model.";

    private final Function<ConfigReader, DeepSeekConfig> settings;

    DeepSeekFamily(
            String type,
            String name,
            Function<ConfigReader, DeepSeekConfig> settings,
            String... heads) {
        super(
                type,
                new Names(
                        name,
                        "ForCausalLM",
                        PREFIX,
                        "embed_tokens.weight",
                        "lm_head.weight",
                        "score"),
                heads);
        this.settings = settings;
    }

    @Override
    protected Body body(ConfigReader reader, String prefix) {
        DeepSeekConfig config = settings.apply(reader);
        String layer = prefix + "layers.*.";
        String block = "model.layers.*.";
        WeightTable.Builder weights =
                WeightTable.builder()
                        .add(prefix + "embed_tokens.weight", "model.embed_tokens.weight")
                        .add(layer + "input_layernorm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "self_attn.*.*", block + "self_attn.*.*")
                        .add(layer + "post_attention_layernorm.*", block + "final_layer_norm.*");
        gated(weights, layer + "mlp.experts.*.", block + "feed_forward.experts.*.");
        gated(weights, layer + "mlp.shared_experts.", block + "feed_forward.shared_experts.");
        gated(weights, layer + "mlp.", block + "feed_forward.");
        weights.add(layer + "mlp.gate.weight", block + "feed_forward.router.weight")
                .add(
                        layer + "mlp.gate.e_score_correction_bias",
                        block + "feed_forward.router.correction_bias")
                .add(prefix + "norm.*", "model.norm.*")
                .ignore("**.rotary_emb.inv_freq");
        for (int i = 0; i < config.laterLayers(); i++) {
            weights.ignore("layers." + (config.layers() + i) + ".**")
                    .ignore(PREFIX + "layers." + (config.layers() + i) + ".**");
        }
        return new Body(
                new DeepSeekModel(config),
                weights,
                config.tieEmbeddings(),
                config.classifierDropout(),
                config.initializerRange());
    }

    private static void gated(WeightTable.Builder table, String tensor, String parameter) {
        table.add(tensor + "gate_proj.*", parameter + "gate.*")
                .add(tensor + "up_proj.*", parameter + "fc1.*")
                .add(tensor + "down_proj.*", parameter + "fc2.*");
    }
}
