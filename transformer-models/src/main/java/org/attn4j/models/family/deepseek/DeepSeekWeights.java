package org.attn4j.models.family.deepseek;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.model.causal.CausalHeads;

/**
 * The names of DeepSeek's tensors; each expert has its own. Files of whole models may hold a layer
 * after the last, which predicts the token after the next and is not part of the model.
 */
final class DeepSeekWeights {

    private static final String PREFIX = "model.";

    private DeepSeekWeights() {}

    static WeightTable.Builder of(DeepSeekConfig config, boolean base) {
        String body = base ? "" : PREFIX;
        String layer = body + "layers.*.";
        String decoder = "model.decoder.";
        String block = decoder + "layers.*.";
        WeightTable.Builder table =
                WeightTable.builder()
                        .add(
                                body + "embed_tokens.weight",
                                decoder + "embeddings.embed_tokens.weight")
                        .add(layer + "input_layernorm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "self_attn.*.*", block + "self_attn.*.*")
                        .add(layer + "post_attention_layernorm.*", block + "final_layer_norm.*");
        gated(table, layer + "mlp.experts.*.", block + "feed_forward.experts.*.");
        gated(table, layer + "mlp.shared_experts.", block + "feed_forward.shared_experts.");
        gated(table, layer + "mlp.", block + "feed_forward.");
        table.add(layer + "mlp.gate.weight", block + "feed_forward.router.weight")
                .add(
                        layer + "mlp.gate.e_score_correction_bias",
                        block + "feed_forward.router.correction_bias")
                .add(body + "norm.*", decoder + "layer_norm.*")
                .ignore("**.rotary_emb.inv_freq");
        for (int i = 0; i < config.laterLayers(); i++) {
            table.ignore("layers." + (config.layers() + i) + ".**")
                    .ignore(PREFIX + "layers." + (config.layers() + i) + ".**");
        }
        CausalHeads.languageHead(
                table, "lm_head.weight", body + "embed_tokens.weight", config.tieEmbeddings());
        return table.baseModelPrefix(PREFIX, base);
    }

    private static void gated(WeightTable.Builder table, String tensor, String parameter) {
        table.add(tensor + "gate_proj.*", parameter + "gate.*")
                .add(tensor + "up_proj.*", parameter + "fc1.*")
                .add(tensor + "down_proj.*", parameter + "fc2.*");
    }
}
