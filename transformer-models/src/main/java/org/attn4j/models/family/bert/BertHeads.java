package org.attn4j.models.family.bert;

import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.MaskedLanguageHead;
import org.attn4j.models.model.head.MultipleChoiceHead;
import org.attn4j.models.model.head.PretrainingHead;
import org.attn4j.models.model.head.ProblemType;
import org.attn4j.models.model.head.QuestionAnsweringHead;
import org.attn4j.models.model.head.SentencePairHead;
import org.attn4j.models.model.head.SequenceClassificationHead;
import org.attn4j.models.model.head.SequenceScores;
import org.attn4j.models.model.head.TokenClassificationHead;

/** Which head makes which of BERT's architectures. */
final class BertHeads {

    private BertHeads() {}

    static Head create(
            String architecture, ConfigReader reader, BertConfig config, TokenEmbedding tokens) {
        int size = config.hiddenSize();
        float dropout = config.classifierDropout();
        return switch (architecture) {
            case "BertModel" -> null;
            case "BertForPreTraining" ->
                    new PretrainingHead(
                            size,
                            maskedLanguage(config, tokens),
                            SequenceScores.ofPooled(size, 0, 2),
                            PretrainingHead.Names.BERT);
            case "BertForMaskedLM" -> maskedLanguage(config, tokens);
            case "BertForNextSentencePrediction" -> new SentencePairHead(size);
            case "BertForSequenceClassification" ->
                    new SequenceClassificationHead(
                            size,
                            SequenceScores.ofPooled(size, dropout, reader.labels().size()),
                            ProblemType.of(reader));
            case "BertForMultipleChoice" ->
                    new MultipleChoiceHead(size, SequenceScores.ofPooled(size, dropout, 1));
            case "BertForTokenClassification" ->
                    new TokenClassificationHead(size, dropout, reader.labels().size());
            case "BertForQuestionAnswering" -> new QuestionAnsweringHead(size, 0);
            default -> throw new IllegalArgumentException("no head of " + architecture);
        };
    }

    /** These classify the pooled vector. */
    static boolean hasPooler(String architecture) {
        return switch (architecture) {
            case "BertForMaskedLM", "BertForTokenClassification", "BertForQuestionAnswering" ->
                    false;
            default -> true;
        };
    }

    private static MaskedLanguageHead maskedLanguage(BertConfig config, TokenEmbedding tokens) {
        return new MaskedLanguageHead(
                config.hiddenSize(),
                tokens,
                config.tieEmbeddings(),
                config.activation(),
                config.epsilon());
    }
}
