package org.attn4j.models.t5;

import org.attn4j.models.checkpoint.WeightTable;

/** The names of T5's tensors. */
final class T5Weights {

    private T5Weights() {}

    static WeightTable of(T5Config config, boolean base) {
        WeightTable.Builder table = WeightTable.builder();
        side(table, "encoder", 1, config.gated());
        attention(table, "decoder", 1, "EncDecAttention", "encoder_attn");
        side(table, "decoder", 2, config.gated());
        table.add("shared.weight", "shared.weight")
                .alias("encoder.embed_tokens.weight", "shared.weight")
                .alias("decoder.embed_tokens.weight", "shared.weight")
                // There but never used: cross-attention has no positions.
                .ignore("decoder.block.*.layer.1.EncDecAttention.relative_attention_bias.weight");
        if (base) {
            table.ignore("lm_head.weight");
        } else if (config.tieEmbeddings()) {
            table.alias("lm_head.weight", "shared.weight");
        } else {
            table.add("lm_head.weight", "lm_head.weight");
        }
        return table.build();
    }

    private static void side(
            WeightTable.Builder table, String side, int feedForward, boolean gated) {
        attention(table, side, 0, "SelfAttention", "self_attn");
        String tensor = side + ".block.*.layer." + feedForward + ".";
        String layer = side + ".layers.*.";
        String inner = tensor + "DenseReluDense.";
        if (gated) {
            table.add(inner + "wi_0.weight", layer + "feed_forward.gate.weight")
                    .add(inner + "wi_1.weight", layer + "feed_forward.fc1.weight");
        } else {
            table.add(inner + "wi.weight", layer + "feed_forward.fc1.weight");
        }
        table.add(inner + "wo.weight", layer + "feed_forward.fc2.weight")
                .add(tensor + "layer_norm.weight", layer + "final_layer_norm.weight")
                .add(
                        side + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                        side + ".relative_attention_bias.weight")
                .add(side + ".final_layer_norm.weight", side + ".layer_norm.weight");
    }

    private static void attention(
            WeightTable.Builder table, String side, int sublayer, String tensor, String block) {
        String tensors = side + ".block.*.layer." + sublayer + ".";
        String blocks = side + ".layers.*." + block;
        table.add(tensors + tensor + ".q.weight", blocks + ".query_proj.weight")
                .add(tensors + tensor + ".k.weight", blocks + ".key_proj.weight")
                .add(tensors + tensor + ".v.weight", blocks + ".value_proj.weight")
                .add(tensors + tensor + ".o.weight", blocks + ".output_proj.weight")
                .add(tensors + "layer_norm.weight", blocks + "_layer_norm.weight");
    }
}
