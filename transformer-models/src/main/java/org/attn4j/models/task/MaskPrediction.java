package org.attn4j.models.task;

/**
 * A token in the place of a mask.
 *
 * @param token its id
 * @param text the token as text
 * @param sequence the whole text with the token in its place; other masks stay, and with them the
 *     special tokens
 * @param score its probability among all tokens, 0 to 1
 */
public record MaskPrediction(long token, String text, String sequence, double score) {}
