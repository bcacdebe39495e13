package org.attn4j.models.task;

import org.attn4j.models.generate.FinishReason;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.tokenizer.TextReading;

/**
 * A text that a model generated.
 *
 * @param text the continuation of a prompt, without it, or the target of a source; special tokens
 *     are left out
 * @param hypothesis its tokens, why it ended, and its scores
 * @param reading how much of the prompt or the source was read: of one that is refused there is one
 *     text, which is empty and has ended with {@link FinishReason#REFUSED}
 */
public record GeneratedText(String text, Hypothesis hypothesis, TextReading reading) {

    static GeneratedText refused(TextReading reading) {
        return new GeneratedText(
                "",
                new Hypothesis(new int[0], -1, FinishReason.REFUSED, 0, 0, new float[0]),
                reading);
    }
}
