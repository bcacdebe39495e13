package org.attn4j.models.task;

import java.util.List;
import java.util.function.Function;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.tokenizer.Truncation;

/**
 * Classifies texts and pairs of texts, as the {@code text-classification} pipeline of transformers
 * does: softmax over the classes, sigmoid for a single class and for classes that do not exclude
 * each other, and the number itself for regression.
 */
public final class TextClassifier {

    private final TaskModel model;
    private final List<String> labels;
    private final ScoreFunction function;
    private final boolean truncate;

    /**
     * Creates a classifier that scores as the model's configuration wants.
     *
     * @param model a model for {@link Task#TEXT_CLASSIFICATION}
     */
    public TextClassifier(TaskModel model) {
        this(model, null, false);
    }

    /**
     * Creates a classifier.
     *
     * @param model a model for {@link Task#TEXT_CLASSIFICATION}
     * @param function how logits become scores; null for what the configuration wants
     * @param truncate whether a text that is too long is cut; else it is refused
     */
    public TextClassifier(TaskModel model, ScoreFunction function, boolean truncate) {
        this.model = model;
        this.truncate = truncate;
        labels = model.labels();
        this.function =
                function == null
                        ? ScoreFunction.of(model.model().config(), labels.size())
                        : function;
    }

    /**
     * Creates a classifier of pairs that scores as a cross-encoder of sentence-transformers does:
     * the activation that the configuration names, or else a sigmoid of a single number and logits
     * as they are of several classes. Texts that are too long are cut.
     *
     * @param model a model for {@link Task#TEXT_CLASSIFICATION}
     * @return the classifier
     * @throws IllegalArgumentException if the activation is not known
     */
    public static TextClassifier crossEncoder(TaskModel model) {
        int classes = model.labels().size();
        return new TextClassifier(
                model, ScoreFunction.ofPairs(model.model().config(), classes), true);
    }

    /**
     * Classifies a text.
     *
     * @param text the text
     * @return all classes, the best first
     * @throws IllegalArgumentException if it has more tokens than the model reads
     */
    public List<LabelScore> classify(String text) {
        return classify(List.of(TextPair.of(text))).get(0);
    }

    /**
     * Classifies a pair of texts.
     *
     * @param text the first text
     * @param pair the second text
     * @return all classes, the best first
     * @throws IllegalArgumentException if they have more tokens than the model reads
     */
    public List<LabelScore> classify(String text, String pair) {
        return classify(List.of(new TextPair(text, pair))).get(0);
    }

    /**
     * Classifies texts and pairs of texts.
     *
     * @param texts the texts
     * @return for each all classes, the best first
     * @throws IllegalArgumentException if one has more tokens than the model reads
     */
    public List<List<LabelScore>> classify(List<TextPair> texts) {
        return Outcome.values(outcomes(texts));
    }

    /**
     * Classifies texts and pairs of texts. One that is refused does not keep the others back.
     *
     * @param texts the texts
     * @return for each all classes, the best first, or why there are none, and how much was read
     */
    public List<Outcome<List<LabelScore>>> outcomes(List<TextPair> texts) {
        return outcomes(texts, scores -> LabelScore.ranked(labels, scores));
    }

    private <T> List<Outcome<T>> outcomes(List<TextPair> texts, Function<double[], T> as) {
        return model.outcomes(
                texts,
                text ->
                        truncate
                                ? model.cut(text, Truncation.LONGEST_FIRST, model.limit())
                                : model.whole(text),
                reads -> {
                    List<TokenizedText> rows = reads.stream().map(TaskModel.Read::row).toList();
                    return logits(model, rows).stream().map(function::apply).map(as).toList();
                });
    }

    /**
     * Scores texts and pairs of texts.
     *
     * @param texts the texts
     * @return for each the scores of the classes, in the order of {@link TaskModel#labels()}
     * @throws IllegalArgumentException if one has more tokens than the model reads
     */
    public List<double[]> scores(List<TextPair> texts) {
        return Outcome.values(scoreOutcomes(texts));
    }

    /**
     * Scores texts and pairs of texts. One that is refused does not keep the others back.
     *
     * @param texts the texts
     * @return for each the scores of the classes, in the order of {@link TaskModel#labels()}, or
     *     why there are none, and how much was read
     */
    public List<Outcome<double[]>> scoreOutcomes(List<TextPair> texts) {
        return outcomes(texts, scores -> scores);
    }

    /** The logits of sequences, C each. */
    static List<float[]> logits(TaskModel model, List<TokenizedText> rows) {
        return model.call(
                rows, (some, outputs) -> Logits.rows(outputs.require("logits"))); // (B, C)
    }
}
