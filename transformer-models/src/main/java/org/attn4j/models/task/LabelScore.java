package org.attn4j.models.task;

/**
 * How well a class fits.
 *
 * @param label the name of the class
 * @param score a probability, 0 to 1; the model's number itself for regression
 */
public record LabelScore(String label, double score) {}
