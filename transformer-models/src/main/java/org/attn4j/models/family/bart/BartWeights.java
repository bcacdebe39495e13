package org.attn4j.models.family.bart;

import org.attn4j.models.checkpoint.TensorLayouts;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.seq2seq.SequenceToSequenceHeads;

/** The names of BART's, mBART's and Marian's tensors. */
final class BartWeights {

    private BartWeights() {}

    static WeightTable of(BartConfig config, boolean base, Head head) {
        String prefix = base ? "" : "model.";
        WeightTable.Builder table =
                WeightTable.builder()
                        .add(prefix + "*.layers.*.*.q_proj.*", "*.layers.*.*.query_proj.*")
                        .add(prefix + "*.layers.*.*.k_proj.*", "*.layers.*.*.key_proj.*")
                        .add(prefix + "*.layers.*.*.v_proj.*", "*.layers.*.*.value_proj.*")
                        .add(prefix + "*.layers.*.*.out_proj.*", "*.layers.*.*.output_proj.*")
                        .add(prefix + "*.layers.*.fc1.*", "*.layers.*.feed_forward.fc1.*")
                        .add(prefix + "*.layers.*.fc2.*", "*.layers.*.feed_forward.fc2.*")
                        .add(prefix + "*.embed_tokens.weight", "*.embeddings.embed_tokens.weight")
                        .add(
                                prefix + "*.embed_positions.weight",
                                "*.embeddings.embed_positions.weight")
                        .add(
                                prefix + "*.layernorm_embedding.*",
                                "*.embeddings.layernorm_embedding.*")
                        .add("final_logits_bias", "lm_head.bias", TensorLayouts.leadingOne())
                        .add("lm_head.weight", "lm_head.weight")
                        .optional("final_logits_bias"); // zeros where a file does not have it
        SequenceToSequenceHeads.names(table, head);
        table.add(prefix + "**", "**");
        String target = prefix + "decoder.embed_tokens.weight";
        if (config.sharedEmbeddings()) {
            String shared = prefix + "shared.weight";
            table.alias(prefix + "encoder.embed_tokens.weight", shared).alias(target, shared);
            target = shared;
        }
        if (config.tieEmbeddings()) {
            table.tie("lm_head.weight", target);
        }
        if (base || head != null) {
            table.ignore("final_logits_bias").ignore("lm_head.weight");
        }
        if (!config.tieEmbeddings() && !config.sharedEmbeddings()) {
            // Some files hold a table that nothing looks at beside those of the two sides.
            table.ignore(prefix + "shared.weight");
        }
        if (base) {
            table.alias("model.**", "**");
        } else {
            table.alias("**", prefix + "**");
        }
        // Marian's sinusoids, which some files hold.
        return table.ignore("**embed_positions.weight")
                .ignore("**coder.version")
                .ignore("classification_head.**")
                .ignore("qa_outputs.*")
                .build();
    }
}
