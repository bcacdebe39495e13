package org.attn4j.models.family.roberta;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.family.bert.BertWeights;

/** The names of RoBERTa's and XLM-R's tensors: BERT's layers under {@code roberta.}. */
public final class RobertaWeights {

    private static final String PREFIX = "roberta.";

    private RobertaWeights() {}

    /** The names of an architecture; {@code task} is what follows the family in its name. */
    static WeightTable of(String task, boolean tied) {
        return of(PREFIX, task, tied).build();
    }

    /**
     * Returns the names of an architecture.
     *
     * @param prefix the family's prefix, with its dot
     * @param task what follows the family in the name of the architecture, such as {@code
     *     ForMaskedLM}
     * @param tied whether the decoder's weight is the token embedding's
     * @return rules to which a family adds what it has beside RoBERTa's
     */
    public static WeightTable.Builder of(String prefix, String task, boolean tied) {
        boolean base = task.equals("Model");
        WeightTable.Builder table = BertWeights.encoder(base ? "" : prefix);
        table.baseModelPrefix(prefix, base);
        String pooler = prefix + "pooler.**";
        return switch (task) {
            case "ForMaskedLM" -> languageHead(table, prefix, tied).ignore(pooler);
            case "ForSequenceClassification" ->
                    table.add("classifier.dense.*", "head.scores.dense.*")
                            .add("classifier.out_proj.*", "head.scores.out_proj.*")
                            .ignore(pooler)
                            .ignore("lm_head.**");
            case "ForMultipleChoice" ->
                    table.add("classifier.*", "head.scores.out_proj.*").ignore("lm_head.**");
            case "ForTokenClassification" ->
                    table.add("classifier.*", "head.out_proj.*")
                            .ignore(pooler)
                            .ignore("lm_head.**");
            case "ForQuestionAnswering" ->
                    table.add("qa_outputs.*", "head.out_proj.*")
                            .ignore(pooler)
                            .ignore("lm_head.**");
            default -> table.ignore("lm_head.**").ignore("classifier.**").ignore("qa_outputs.*");
        };
    }

    /**
     * Adds the names of fairseq's head for masked tokens: {@code lm_head.dense}, {@code
     * lm_head.layer_norm} and the decoder's.
     *
     * @param table the rules to add to
     * @param prefix what stands before the names of the encoder
     * @param tied whether the decoder's weight is the token embedding's
     * @return the table
     */
    public static WeightTable.Builder languageHead(
            WeightTable.Builder table, String prefix, boolean tied) {
        table.add("lm_head.dense.*", "head.dense.*")
                .add("lm_head.layer_norm.*", "head.layer_norm.*");
        return BertWeights.decoder(
                table, "lm_head.", "head.", prefix + "embeddings.word_embeddings.weight", tied);
    }
}
