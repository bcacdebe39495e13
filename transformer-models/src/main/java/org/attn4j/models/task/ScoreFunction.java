package org.attn4j.models.task;

import com.google.gson.JsonObject;
import java.util.Locale;
import org.attn4j.models.pretrained.ConfigReader;

/** How a classifier's logits become scores. */
public enum ScoreFunction {
    /** Probabilities of classes of which one is right. */
    SOFTMAX,
    /** A probability for each class by itself. */
    SIGMOID,
    /** The logits as they are. */
    NONE;

    /**
     * Finds a function by its name.
     *
     * @param name {@code softmax}, {@code sigmoid} or {@code none}
     * @return the function
     * @throws IllegalArgumentException if it is another name
     */
    public static ScoreFunction of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "softmax" -> SOFTMAX;
            case "sigmoid" -> SIGMOID;
            case "none" -> NONE;
            default ->
                    throw new IllegalArgumentException(
                            "the score function must be softmax, sigmoid or none, got " + name);
        };
    }

    /** The function of a model, from its problem type and its number of classes. */
    static ScoreFunction of(JsonObject config, int classes) {
        String type = new ConfigReader(config, "config.json").text("problem_type", "");
        return switch (type) {
            case "regression" -> NONE;
            case "multi_label_classification" -> SIGMOID;
            default -> classes == 1 ? SIGMOID : SOFTMAX;
        };
    }

    double[] apply(float[] logits) {
        return switch (this) {
            case SOFTMAX -> Scores.softmax(logits);
            case SIGMOID -> Scores.sigmoid(logits);
            case NONE -> Scores.asTheyAre(logits);
        };
    }
}
