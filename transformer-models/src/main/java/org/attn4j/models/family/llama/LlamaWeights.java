package org.attn4j.models.family.llama;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.model.causal.CausalHeads;

/** The names of Llama's and Mistral's tensors. */
final class LlamaWeights {

    private LlamaWeights() {}

    /**
     * @param prefix what the body's names begin with where there is a head
     */
    static WeightTable.Builder of(String prefix, boolean base, boolean tied) {
        String body = base ? "" : prefix;
        String layer = body + "layers.*.";
        String decoder = "model.decoder.";
        String block = decoder + "layers.*.";
        WeightTable.Builder table =
                WeightTable.builder()
                        .add(
                                body + "embed_tokens.weight",
                                decoder + "embeddings.embed_tokens.weight")
                        .add(layer + "input_layernorm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "self_attn.q_proj.*", block + "self_attn.query_proj.*")
                        .add(layer + "self_attn.k_proj.*", block + "self_attn.key_proj.*")
                        .add(layer + "self_attn.v_proj.*", block + "self_attn.value_proj.*")
                        .add(layer + "self_attn.o_proj.*", block + "self_attn.output_proj.*")
                        .add(layer + "post_attention_layernorm.*", block + "final_layer_norm.*")
                        .add(layer + "mlp.gate_proj.*", block + "feed_forward.gate.*")
                        .add(layer + "mlp.up_proj.*", block + "feed_forward.fc1.*")
                        .add(layer + "mlp.down_proj.*", block + "feed_forward.fc2.*")
                        .add(body + "norm.*", decoder + "layer_norm.*")
                        .ignore("**.rotary_emb.inv_freq");
        CausalHeads.languageHead(table, "lm_head.weight", body + "embed_tokens.weight", tied);
        if (!prefix.equals("model.")) {
            table.alias("model.**", body + "**");
        }
        return table.baseModelPrefix(prefix, base);
    }
}
