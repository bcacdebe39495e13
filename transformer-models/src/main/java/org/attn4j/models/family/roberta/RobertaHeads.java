package org.attn4j.models.family.roberta;

import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.MaskedLanguageHead;
import org.attn4j.models.model.head.MultipleChoiceHead;
import org.attn4j.models.model.head.ProblemType;
import org.attn4j.models.model.head.QuestionAnsweringHead;
import org.attn4j.models.model.head.SequenceClassificationHead;
import org.attn4j.models.model.head.SequenceScores;
import org.attn4j.models.model.head.TokenClassificationHead;

/** The heads of RoBERTa, which XLM-R and Longformer share. */
public final class RobertaHeads {

    private RobertaHeads() {}

    /**
     * Creates the head of a task.
     *
     * @param task what follows the family in the name of the architecture, such as {@code
     *     ForMaskedLM}
     * @param reader the configuration, for labels and the kind of problem
     * @param config the hyperparameters
     * @param tokens the token embedding that the masked-token head may be tied to
     * @return the head; null for {@code Model}
     */
    public static Head create(
            String task, ConfigReader reader, BertConfig config, TokenEmbedding tokens) {
        int size = config.hiddenSize();
        float dropout = config.classifierDropout();
        return switch (task) {
            case "Model" -> null;
            case "ForMaskedLM" ->
                    new MaskedLanguageHead(
                            size,
                            tokens,
                            config.tieEmbeddings(),
                            Activation.GELU,
                            config.epsilon());
            case "ForSequenceClassification" ->
                    new SequenceClassificationHead(
                            size,
                            SequenceScores.ofFirst(
                                    size, Activation.TANH, dropout, reader.labels().size()),
                            ProblemType.of(reader));
            case "ForMultipleChoice" ->
                    new MultipleChoiceHead(
                            size, SequenceScores.ofPooled(size, config.hiddenDropout(), 1));
            case "ForTokenClassification" ->
                    new TokenClassificationHead(size, dropout, reader.labels().size());
            case "ForQuestionAnswering" -> new QuestionAnsweringHead(size, 0);
            default -> throw new IllegalArgumentException("no head for " + task);
        };
    }
}
