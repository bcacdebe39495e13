package org.attn4j.models.task;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Locale;
import org.attn4j.models.config.ConfigReader;

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
        String type = new ConfigReader(config, "config.json").string("problem_type", "");
        return switch (type) {
            case "regression" -> NONE;
            case "multi_label_classification" -> SIGMOID;
            default -> classes == 1 ? SIGMOID : SOFTMAX;
        };
    }

    /**
     * The function of a cross-encoder of sentence-transformers (Reimers and Gurevych 2019), which
     * its configuration may name: else a sigmoid of a single number, and logits as they are of
     * several classes.
     */
    static ScoreFunction ofPairs(JsonObject config, int classes) {
        JsonElement named = config.get("sbert_ce_default_activation_function");
        if (config.get("sentence_transformers") instanceof JsonObject later) {
            named = later.get("activation_fn");
        }
        if (named == null || !named.isJsonPrimitive()) {
            return classes == 1 ? SIGMOID : NONE;
        }
        String type = named.getAsString();
        return switch (type.substring(type.lastIndexOf('.') + 1)) {
            case "Identity" -> NONE;
            case "Sigmoid" -> SIGMOID;
            case "Softmax" -> SOFTMAX;
            default ->
                    throw new IllegalArgumentException(
                            "config.json: the activation "
                                    + type
                                    + " of a cross-encoder is not known here, only Identity,"
                                    + " Sigmoid and Softmax");
        };
    }

    double[] apply(float[] logits) {
        if (this == SOFTMAX) {
            return Logits.softmax(logits);
        }
        double[] scores = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            scores[i] = this == SIGMOID ? 1 / (1 + Math.exp(-logits[i])) : logits[i];
        }
        return scores;
    }
}
