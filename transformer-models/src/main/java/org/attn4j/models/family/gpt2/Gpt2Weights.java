package org.attn4j.models.family.gpt2;

import org.attn4j.models.checkpoint.TensorLayouts;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.model.causal.CausalHeads;

/**
 * The names of GPT-2's tensors. Its linear maps are stored as (in, out), query, key and value side
 * by side; published files leave out the prefix and hold the buffers of causal masks.
 */
final class Gpt2Weights {

    private Gpt2Weights() {}

    static WeightTable.Builder of(boolean base, boolean tied) {
        String prefix = base ? "" : "transformer.";
        String layer = prefix + "h.*.";
        String decoder = "model.decoder.";
        String block = decoder + "layers.*.";
        WeightTable.Builder table =
                WeightTable.builder()
                        .add(prefix + "wte.weight", decoder + "embeddings.embed_tokens.weight")
                        .add(prefix + "wpe.weight", decoder + "embeddings.embed_positions.weight")
                        .add(layer + "ln_1.*", block + "self_attn_layer_norm.*")
                        .addFused(
                                layer + "attn.c_attn.weight",
                                TensorLayouts.columns(),
                                block + "self_attn.query_proj.weight",
                                block + "self_attn.key_proj.weight",
                                block + "self_attn.value_proj.weight")
                        .addFused(
                                layer + "attn.c_attn.bias",
                                TensorLayouts.rows(),
                                block + "self_attn.query_proj.bias",
                                block + "self_attn.key_proj.bias",
                                block + "self_attn.value_proj.bias")
                        .add(layer + "ln_2.*", block + "final_layer_norm.*")
                        .add(prefix + "ln_f.*", decoder + "layer_norm.*")
                        .ignore("**.attn.bias")
                        .ignore("**.attn.masked_bias");
        conv(table, layer + "attn.c_proj", block + "self_attn.output_proj");
        conv(table, layer + "mlp.c_fc", block + "feed_forward.fc1");
        conv(table, layer + "mlp.c_proj", block + "feed_forward.fc2");
        CausalHeads.languageHead(table, "lm_head.weight", prefix + "wte.weight", tied);
        return table.baseModelPrefix("transformer.", base);
    }

    private static void conv(WeightTable.Builder table, String tensor, String parameter) {
        table.add(tensor + ".weight", parameter + ".weight", TensorLayouts.transposed())
                .add(tensor + ".bias", parameter + ".bias");
    }
}
