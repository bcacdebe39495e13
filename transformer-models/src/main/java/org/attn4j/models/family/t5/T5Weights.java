package org.attn4j.models.family.t5;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.seq2seq.SequenceToSequenceHeads;

/** The names of T5's tensors. */
final class T5Weights {

    private static final String TRANSFORMER = "transformer.";

    private T5Weights() {}

    static WeightTable of(T5Config config, String architecture, Head head) {
        boolean inner = architecture.equals("T5ForSequenceClassification");
        String prefix = inner ? TRANSFORMER : "";
        WeightTable.Builder table = WeightTable.builder();
        side(table, prefix + "encoder", "encoder", 1, config.gated());
        attention(table, prefix + "decoder", "decoder", 1, "EncDecAttention", "encoder_attn");
        side(table, prefix + "decoder", "decoder", 2, config.gated());
        String shared = prefix + "shared.weight";
        table.add(shared, "shared.weight")
                .alias(prefix + "encoder.embed_tokens.weight", shared)
                .alias(prefix + "decoder.embed_tokens.weight", shared)
                // There but never used: cross-attention has no positions.
                .ignore("**EncDecAttention.relative_attention_bias.weight");
        if (!architecture.equals("T5ForConditionalGeneration")) {
            SequenceToSequenceHeads.names(table, head);
            table.ignore("lm_head.weight").ignore("qa_outputs.*").ignore("classification_head.**");
        } else if (config.tieEmbeddings()) {
            table.tie("lm_head.weight", shared);
        } else {
            // Files of transformers 5 may hold one table for both although the states are not
            // scaled.
            table.add("lm_head.weight", "lm_head.weight").tie(shared, "lm_head.weight");
        }
        return inner
                ? table.alias("**", TRANSFORMER + "**").build()
                : table.alias(TRANSFORMER + "**", "**").build();
    }

    /** The names of the encoder alone, with a classifier of tokens or without. */
    static WeightTable ofEncoder(T5Config config, boolean classifier) {
        String prefix = classifier ? TRANSFORMER : "";
        WeightTable.Builder table = WeightTable.builder();
        side(table, prefix + "encoder", "model.encoder", 1, config.gated());
        String shared = prefix + "shared.weight";
        table.add(shared, "model.encoder.embeddings.embed_tokens.weight")
                .alias(prefix + "encoder.embed_tokens.weight", shared)
                .add("classifier.*", "head.out_proj.*")
                .ignore("**decoder.**")
                .ignore("lm_head.weight");
        return classifier
                ? table.alias("**", TRANSFORMER + "**").build()
                : table.alias(TRANSFORMER + "**", "**").ignore("classifier.*").build();
    }

    private static void side(
            WeightTable.Builder table,
            String tensors,
            String side,
            int feedForward,
            boolean gated) {
        attention(table, tensors, side, 0, "SelfAttention", "self_attn");
        String tensor = tensors + ".block.*.layer." + feedForward + ".";
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
                        tensors + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                        side + ".relative_attention_bias.weight")
                .add(tensors + ".final_layer_norm.weight", side + ".layer_norm.weight");
    }

    private static void attention(
            WeightTable.Builder table,
            String prefix,
            String side,
            int sublayer,
            String tensor,
            String block) {
        String tensors = prefix + ".block.*.layer." + sublayer + ".";
        String blocks = side + ".layers.*." + block;
        table.add(tensors + tensor + ".q.weight", blocks + ".query_proj.weight")
                .add(tensors + tensor + ".k.weight", blocks + ".key_proj.weight")
                .add(tensors + tensor + ".v.weight", blocks + ".value_proj.weight")
                .add(tensors + tensor + ".o.weight", blocks + ".output_proj.weight")
                .add(tensors + "layer_norm.weight", blocks + "_layer_norm.weight");
    }
}
