package org.attn4j.models.model.seq2seq;

import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.ProblemType;
import org.attn4j.models.model.head.QuestionAnsweringHead;
import org.attn4j.models.model.head.SequenceHead;

/** What encoder-decoder models of BART's and T5's kind do beside writing. */
public final class SequenceToSequenceHeads {

    private static final String CLASSIFICATION = "ForSequenceClassification";
    private static final String ANSWERS = "ForQuestionAnswering";

    private SequenceToSequenceHeads() {}

    /**
     * Creates the head of an architecture.
     *
     * @param architecture its name in transformers
     * @param reader the configuration
     * @param modelSize D
     * @param classes how many classes there are where the configuration does not tell
     * @return the head; null if it has none
     */
    public static Head create(
            String architecture, ConfigReader reader, int modelSize, int classes) {
        float dropout = reader.rate("classifier_dropout", 0);
        if (architecture.endsWith(CLASSIFICATION)) {
            boolean told = reader.has("num_labels") || reader.has("id2label");
            return new SequenceHead(
                    modelSize,
                    new SequenceHead.Summary(
                            SequenceHead.Vector.POOLED, true, Activation.TANH, dropout, dropout),
                    told ? reader.labels().size() : classes,
                    ProblemType.of(reader));
        }
        return architecture.endsWith(ANSWERS) ? new QuestionAnsweringHead(modelSize, 0) : null;
    }

    /**
     * Returns the token that a classifier looks at.
     *
     * @param architecture its name in transformers
     * @param reader the configuration
     * @param otherwise what {@code eos_token_id} is where it is not told
     * @return {@code eos_token_id}; null if the architecture is no classifier
     */
    public static Integer endId(String architecture, ConfigReader reader, int otherwise) {
        return architecture.endsWith(CLASSIFICATION)
                ? Integer.valueOf(reader.integer("eos_token_id", otherwise))
                : null;
    }

    /**
     * Adds the names of a head's tensors.
     *
     * @param table the rules to add to
     * @param head the head; null for none
     */
    public static void names(WeightTable.Builder table, Head head) {
        if (head instanceof SequenceHead) {
            table.add("classification_head.dense.*", "head.dense.*")
                    .add("classification_head.out_proj.*", "head.out_proj.*");
        } else if (head != null) {
            table.add("qa_outputs.*", "head.out_proj.*");
        }
    }
}
