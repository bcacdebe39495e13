package org.attn4j.models.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.TextPair;
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

    private static final String PLACE = "{}";

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
        if (found < 0 || labels.size() < 2) {
            throw new IllegalArgumentException(
                    "the model must have a class whose name begins with entail, and another, got "
                            + labels);
        }
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
     * @param template a sentence with {@code {}} in the place of the class
     * @param multiLabel whether several classes may be right: each score is then the class's own
     * @return all classes, the best first
     * @throws IllegalArgumentException if there are no classes, or the template has no place
     */
    public List<LabelScore> classify(
            String text, List<String> classes, String template, boolean multiLabel) {
        if (classes.isEmpty()) {
            throw new IllegalArgumentException("there must be at least one class, got none");
        }
        if (!template.contains(PLACE)) {
            throw new IllegalArgumentException(
                    "the template must have {} in the place of the class, got " + template);
        }
        int most = model.tokenizer().maxLength().orElse(0);
        EncodeOptions options = EncodeOptions.DEFAULT.withTruncation(Truncation.ONLY_FIRST, most);
        List<TokenizedText> rows = new ArrayList<>();
        for (String label : classes) {
            TextPair pair = new TextPair(text, template.replace(PLACE, label));
            rows.add(model.tokenizer().encode(pair, options));
        }
        List<float[]> logits = TextClassifier.logits(model, rows);
        boolean each = multiLabel || classes.size() == 1;
        return ranked(classes, each ? alone(logits) : together(logits));
    }

    /** Entailment against contradiction, for each class by itself. */
    private double[] alone(List<float[]> logits) {
        return logits.stream()
                .map(row -> new float[] {row[contradiction], row[entailment]})
                .mapToDouble(two -> Scores.softmax(two)[1])
                .toArray();
    }

    /** Entailment of each class against that of the others. */
    private double[] together(List<float[]> logits) {
        float[] entailments = new float[logits.size()];
        for (int i = 0; i < entailments.length; i++) {
            entailments[i] = logits.get(i)[entailment];
        }
        return Scores.softmax(entailments);
    }

    private static List<LabelScore> ranked(List<String> classes, double[] scores) {
        List<LabelScore> ranked = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            ranked.add(new LabelScore(classes.get(i), scores[i]));
        }
        ranked.sort(Comparator.comparingDouble(LabelScore::score).reversed());
        return ranked;
    }
}
