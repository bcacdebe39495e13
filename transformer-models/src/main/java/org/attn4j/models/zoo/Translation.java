package org.attn4j.models.zoo;

import org.attn4j.models.generate.Hypothesis;

/**
 * A translation.
 *
 * @param text the translation as text
 * @param hypothesis its tokens and scores
 */
public record Translation(String text, Hypothesis hypothesis) {}
