package org.attn4j.models.family.electra;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.family.bert.BertWeights;

/** The names of ELECTRA's tensors: BERT's layers under {@code electra.}. */
final class ElectraWeights {

    private static final String PREFIX = "electra.";

    private ElectraWeights() {}

    static WeightTable of(String architecture, boolean tied) {
        boolean base = architecture.equals("ElectraModel");
        String prefix = base ? "" : PREFIX;
        WeightTable.Builder table =
                BertWeights.encoder(prefix)
                        .add(
                                prefix + "embeddings_project.*",
                                "model.encoder.embeddings.embed_projection.*");
        table.baseModelPrefix(PREFIX, base);
        switch (architecture) {
            case "ElectraForPreTraining" ->
                    table.add("discriminator_predictions.dense.*", "head.dense.*")
                            .add("discriminator_predictions.dense_prediction.*", "head.out_proj.*");
            case "ElectraForMaskedLM" -> {
                table.add("generator_predictions.dense.*", "head.dense.*")
                        .add("generator_predictions.LayerNorm.*", "head.layer_norm.*")
                        .add("generator_lm_head.bias", "head.decoder.bias");
                if (tied) {
                    table.tie(
                            "generator_lm_head.weight",
                            "electra.embeddings.word_embeddings.weight");
                } else {
                    table.add("generator_lm_head.weight", "head.decoder.weight");
                }
            }
            case "ElectraForSequenceClassification" ->
                    table.add("classifier.dense.*", "head.scores.dense.*")
                            .add("classifier.out_proj.*", "head.scores.out_proj.*");
            case "ElectraForMultipleChoice" ->
                    table.add("sequence_summary.summary.*", "head.scores.dense.*")
                            .add("classifier.*", "head.scores.out_proj.*");
            case "ElectraForTokenClassification" -> table.add("classifier.*", "head.out_proj.*");
            case "ElectraForQuestionAnswering" -> table.add("qa_outputs.*", "head.out_proj.*");
            default -> table.ignore("classifier.**").ignore("qa_outputs.*");
        }
        if (!architecture.equals("ElectraForMaskedLM")) {
            table.ignore("generator_**");
        }
        return table.ignore("discriminator_predictions.**").build();
    }
}
