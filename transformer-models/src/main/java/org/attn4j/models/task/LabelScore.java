package org.attn4j.models.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How well a class fits.
 *
 * @param label the name of the class
 * @param score a probability, 0 to 1; the model's number itself for regression
 */
public record LabelScore(String label, double score) {

    /** Classes with their scores, the best first. */
    static List<LabelScore> ranked(List<String> labels, double[] scores) {
        List<LabelScore> ranked = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            ranked.add(new LabelScore(labels.get(i), scores[i]));
        }
        ranked.sort(Comparator.comparingDouble(LabelScore::score).reversed());
        return ranked;
    }
}
