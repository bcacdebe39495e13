package org.attn4j.models.pretrained;

import org.attn4j.models.generate.Hypothesis;

/**
 * A text that a model generated.
 *
 * @param text the continuation of a prompt, without it, or the target of a source; special tokens
 *     are left out
 * @param hypothesis its tokens, why it ended, and its scores
 */
public record GeneratedText(String text, Hypothesis hypothesis) {}
