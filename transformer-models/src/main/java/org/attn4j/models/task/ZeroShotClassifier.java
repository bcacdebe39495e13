package org.attn4j.models.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.attn4j.common.Require;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TextReading;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.tokenizer.Truncation;

/**
 * Classifies texts by classes that are named when asking (Yin et al. 2019), as the {@code
 * zero-shot-classification} pipeline of transformers does: a model of natural language inference
 * tells how far the text entails "This example is CLASS.".
 */
public final class ZeroShotClassifier {

    /** What a class is put into unless told otherwise. */
    public static final String TEMPLATE = "This example is {}.";

    private static final String SLOT = "{}";

    private final TaskModel model;
    private final int entailment;
    private final int contradiction;

    /**
     * Creates a classifier.
     *
     * @param model a model for {@link Task#ZERO_SHOT_CLASSIFICATION}
     * @throws IllegalArgumentException if none of its classes is called entailment
     */
    public ZeroShotClassifier(TaskModel model) {
        this.model = model;
        List<String> labels = model.labels();
        int found = -1;
        for (int i = labels.size() - 1; i >= 0; i--) {
            found = labels.get(i).toLowerCase(Locale.ROOT).startsWith("entail") ? i : found;
        }
        Require.that(
                found >= 0 && labels.size() >= 2,
                "the model must have a class whose name begins with entail, and another, got %s",
                labels);
        entailment = found;
        contradiction = found == 0 ? labels.size() - 1 : 0;
    }

    /**
     * Classifies a text by classes of which one is right.
     *
     * @param text the text; cut if it is too long
     * @param classes the classes
     * @return all classes, the best first
     */
    public List<LabelScore> classify(String text, List<String> classes) {
        return classify(text, classes, TEMPLATE, false);
    }

    /**
     * Classifies a text.
     *
     * @param text the text; cut if it is too long
     * @param classes the classes
     * @param template a sentence with {@code {}} in place of the class
     * @param multiLabel whether several classes may be right: each score is then the class's own
     * @return all classes, the best first
     * @throws IllegalArgumentException if there are no classes, or the template has no slot
     */
    public List<LabelScore> classify(
            String text, List<String> classes, String template, boolean multiLabel) {
        return Outcome.values(outcomes(List.of(text), classes, template, multiLabel)).get(0);
    }

    /**
     * Classifies texts. One that is refused does not keep the others back.
     *
     * @param texts the texts; cut if they are too long
     * @param classes the classes
     * @param template a sentence with {@code {}} in place of the class
     * @param multiLabel whether several classes may be right
     * @return for each all classes, the best first, or why there are none, and how much was read
     * @throws IllegalArgumentException if there are no classes, or the template has no slot
     */
    public List<Outcome<List<LabelScore>>> outcomes(
            List<String> texts, List<String> classes, String template, boolean multiLabel) {
        Require.that(!classes.isEmpty(), "there must be at least one class, got none");
        Require.that(
                template.contains(SLOT),
                "the template must have {} in place of the class, got %s",
                template);
        boolean each = multiLabel || classes.size() == 1;
        return model.outcomes(
                texts,
                text -> read(text, classes, template),
                reads -> {
                    List<TokenizedText> rows =
                            reads.stream().flatMap(read -> read.rows().stream()).toList();
                    List<float[]> logits = TextClassifier.logits(model, rows);
                    List<List<LabelScore>> ranked = new ArrayList<>();
                    for (int from = 0; from < logits.size(); from += classes.size()) {
                        List<float[]> own = logits.subList(from, from + classes.size());
                        ranked.add(LabelScore.ranked(classes, each ? alone(own) : together(own)));
                    }
                    return ranked;
                });
    }

    /** The text with each of the classes; the longest tells how much of it is read. */
    private TaskModel.Read read(String text, List<String> classes, String template) {
        List<TokenizedText> rows = new ArrayList<>();
        TextReading longest = TextReading.whole(0);
        for (String label : classes) {
            TextPair pair = new TextPair(text, template.replace(SLOT, label));
            TaskModel.Read read = model.cut(pair, Truncation.ONLY_FIRST, model.limit());
            rows.addAll(read.rows());
            longest = read.reading().tokens() > longest.tokens() ? read.reading() : longest;
        }
        return new TaskModel.Read(TextPair.of(text), rows, longest);
    }

    /** Entailment against contradiction, for each class by itself. */
    private double[] alone(List<float[]> logits) {
        return logits.stream()
                .map(row -> new float[] {row[contradiction], row[entailment]})
                .mapToDouble(two -> Logits.softmax(two)[1])
                .toArray();
    }

    /** Entailment of each class against that of the others. */
    private double[] together(List<float[]> logits) {
        float[] entailments = new float[logits.size()];
        for (int i = 0; i < entailments.length; i++) {
            entailments[i] = logits.get(i)[entailment];
        }
        return Logits.softmax(entailments);
    }
}
