package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import org.attn4j.models.config.ConfigReader;

/** What the logits of a classifier are trained to be. */
public enum ProblemType {
    /** Numbers; the mean square error. */
    REGRESSION,
    /** One class for each sequence; cross-entropy. */
    SINGLE_LABEL,
    /** Any number of classes for each sequence; binary cross-entropy. */
    MULTI_LABEL;

    /**
     * Reads {@code problem_type}.
     *
     * @param config the configuration
     * @return the type; null if it is to be told from the labels
     * @throws IllegalArgumentException if it is none of transformers' types
     */
    public static ProblemType of(ConfigReader config) {
        String text = config.string("problem_type", null);
        if (text == null) {
            return null;
        }
        return switch (text) {
            case "regression" -> REGRESSION;
            case "single_label_classification" -> SINGLE_LABEL;
            case "multi_label_classification" -> MULTI_LABEL;
            default ->
                    throw config.invalid(
                            "problem_type",
                            "regression, single_label_classification or multi_label_classification");
        };
    }

    /**
     * Returns the loss of a classifier, as transformers' models choose it: by the type if there is
     * one, else regression for a single class, cross-entropy for integer labels and binary
     * cross-entropy for others.
     *
     * @param type the type, or null
     * @param logits (B, C)
     * @param labels (B) of int64 for single labels, (B) or (B, C) of numbers else
     * @return a scalar
     */
    static NDArray loss(ProblemType type, NDArray logits, NDArray labels) {
        ProblemType chosen = type;
        if (chosen == null) {
            boolean integers = labels.getDataType().isInteger();
            ProblemType classes = integers ? SINGLE_LABEL : MULTI_LABEL;
            chosen = logits.getShape().get(1) == 1 ? REGRESSION : classes;
        }
        return switch (chosen) {
            case REGRESSION -> Losses.meanSquare(logits, labels);
            case SINGLE_LABEL -> Losses.crossEntropy(logits, labels);
            case MULTI_LABEL -> Losses.binaryCrossEntropy(logits, labels);
        };
    }
}
