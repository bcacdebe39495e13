package org.attn4j.models.family.mpnet;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.family.bert.BertWeights;
import org.attn4j.models.family.roberta.RobertaWeights;

/** The names of MPNet's tensors. */
final class MpnetWeights {

    private static final String PREFIX = "mpnet.";

    private MpnetWeights() {}

    static WeightTable of(String architecture, boolean tied) {
        boolean base = architecture.equals("MPNetModel");
        String prefix = base ? "" : PREFIX;
        String layer = prefix + "encoder.layer.*.";
        String block = "model.encoder.layers.*.";
        WeightTable.Builder table =
                BertWeights.embeddings(prefix)
                        .add(
                                prefix + "encoder.relative_attention_bias.weight",
                                "model.encoder.relative_attention_bias.weight")
                        .add(layer + "attention.attn.q.*", block + "self_attn.query_proj.*")
                        .add(layer + "attention.attn.k.*", block + "self_attn.key_proj.*")
                        .add(layer + "attention.attn.v.*", block + "self_attn.value_proj.*")
                        .add(layer + "attention.attn.o.*", block + "self_attn.output_proj.*")
                        .add(layer + "attention.LayerNorm.*", block + "self_attn_layer_norm.*")
                        .add(layer + "intermediate.dense.*", block + "feed_forward.fc1.*")
                        .add(layer + "output.dense.*", block + "feed_forward.fc2.*")
                        .add(layer + "output.LayerNorm.*", block + "final_layer_norm.*")
                        .add(prefix + "pooler.dense.*", "model.pooler.dense.*");
        table.baseModelPrefix(PREFIX, base);
        switch (architecture) {
            case "MPNetForMaskedLM" -> RobertaWeights.languageHead(table, PREFIX, tied);
            case "MPNetForSequenceClassification" ->
                    table.add("classifier.dense.*", "head.scores.dense.*")
                            .add("classifier.out_proj.*", "head.scores.out_proj.*");
            case "MPNetForMultipleChoice" -> table.add("classifier.*", "head.scores.out_proj.*");
            case "MPNetForTokenClassification" -> table.add("classifier.*", "head.out_proj.*");
            case "MPNetForQuestionAnswering" -> table.add("qa_outputs.*", "head.out_proj.*");
            default -> table.ignore("classifier.**").ignore("qa_outputs.*");
        }
        if (!MpnetFamily.hasPooler(architecture)) {
            table.ignore("mpnet.pooler.**");
        }
        if (!architecture.equals("MPNetForMaskedLM")) {
            table.ignore("lm_head.**");
        }
        return table.build();
    }
}
