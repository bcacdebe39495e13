package org.attn4j.models.family.distilbert;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.family.bert.BertWeights;

/** The names of DistilBERT's tensors. */
final class DistilBertWeights {

    private static final String PREFIX = "distilbert.";

    private DistilBertWeights() {}

    static WeightTable of(String architecture, boolean tied) {
        boolean base = architecture.equals("DistilBertModel");
        String prefix = base ? "" : PREFIX;
        String layer = prefix + "transformer.layer.*.";
        String block = "model.encoder.layers.*.";
        WeightTable.Builder table =
                BertWeights.embeddings(prefix)
                        .add(layer + "attention.q_lin.*", block + "self_attn.query_proj.*")
                        .add(layer + "attention.k_lin.*", block + "self_attn.key_proj.*")
                        .add(layer + "attention.v_lin.*", block + "self_attn.value_proj.*")
                        .add(layer + "attention.out_lin.*", block + "self_attn.output_proj.*")
                        .add(layer + "sa_layer_norm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "ffn.lin1.*", block + "feed_forward.fc1.*")
                        .add(layer + "ffn.lin2.*", block + "feed_forward.fc2.*")
                        .add(layer + "output_layer_norm.*", block + "final_layer_norm.*");
        table.baseModelPrefix(PREFIX, base);
        switch (architecture) {
            case "DistilBertForMaskedLM" -> {
                table.add("vocab_transform.*", "head.dense.*")
                        .add("vocab_layer_norm.*", "head.layer_norm.*")
                        .add("vocab_projector.bias", "head.decoder.bias");
                if (tied) {
                    table.tie(
                            "vocab_projector.weight",
                            "distilbert.embeddings.word_embeddings.weight");
                } else {
                    table.add("vocab_projector.weight", "head.decoder.weight");
                }
            }
            case "DistilBertForSequenceClassification", "DistilBertForMultipleChoice" ->
                    table.add("pre_classifier.*", "head.scores.dense.*")
                            .add("classifier.*", "head.scores.out_proj.*");
            case "DistilBertForTokenClassification" -> table.add("classifier.*", "head.out_proj.*");
            case "DistilBertForQuestionAnswering" -> table.add("qa_outputs.*", "head.out_proj.*");
            default ->
                    table.ignore("pre_classifier.*").ignore("classifier.*").ignore("qa_outputs.*");
        }
        if (!architecture.equals("DistilBertForMaskedLM")) {
            table.ignore("vocab_transform.*")
                    .ignore("vocab_layer_norm.*")
                    .ignore("vocab_projector.*");
        }
        return table.build();
    }
}
