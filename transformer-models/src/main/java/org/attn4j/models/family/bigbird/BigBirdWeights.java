package org.attn4j.models.family.bigbird;

import java.util.Set;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.family.bert.BertWeights;

/** The names of Big Bird's tensors: BERT's, but for the pooler and two heads. */
final class BigBirdWeights {

    private static final String PREFIX = "bert.";

    private static final Set<String> PREDICTING =
            Set.of("BigBirdForPreTraining", "BigBirdForMaskedLM");

    private BigBirdWeights() {}

    static WeightTable of(String architecture, boolean tied) {
        boolean base = architecture.equals("BigBirdModel");
        String prefix = base ? "" : PREFIX;
        WeightTable.Builder table = BertWeights.layers(prefix);
        table.baseModelPrefix(PREFIX, base);
        if (BigBirdFamily.hasPooler(architecture)) {
            table.add(prefix + "pooler.*", "model.pooler.dense.*");
        } else {
            table.ignore(PREFIX + "pooler.*");
        }
        switch (architecture) {
            case "BigBirdForPreTraining" -> {
                BertWeights.predictions(table, "head.tokens.", tied);
                table.add("cls.seq_relationship.*", "head.sentences.out_proj.*");
            }
            case "BigBirdForMaskedLM" -> {
                BertWeights.predictions(table, "head.", tied);
                table.ignore("cls.seq_relationship.*");
            }
            case "BigBirdForSequenceClassification" ->
                    table.add("classifier.dense.*", "head.scores.dense.*")
                            .add("classifier.out_proj.*", "head.scores.out_proj.*");
            case "BigBirdForMultipleChoice" -> table.add("classifier.*", "head.scores.out_proj.*");
            case "BigBirdForTokenClassification" -> table.add("classifier.*", "head.out_proj.*");
            case "BigBirdForQuestionAnswering" ->
                    table.add("qa_classifier.intermediate.dense.*", "head.feed_forward.fc1.*")
                            .add("qa_classifier.output.dense.*", "head.feed_forward.fc2.*")
                            .add("qa_classifier.output.LayerNorm.*", "head.layer_norm.*")
                            .add("qa_classifier.qa_outputs.*", "head.out_proj.*");
            default -> table.ignore("classifier.**").ignore("qa_classifier.**");
        }
        if (!PREDICTING.contains(architecture)) {
            table.ignore("cls.**");
        }
        return table.build();
    }
}
