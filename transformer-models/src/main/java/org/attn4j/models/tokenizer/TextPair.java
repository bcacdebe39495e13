package org.attn4j.models.tokenizer;

import java.util.Objects;

/**
 * What a model reads at once: a text, or two of them.
 *
 * @param text the text, or the first of two
 * @param pair the second text, or null
 */
public record TextPair(String text, String pair) {

    public TextPair {
        Objects.requireNonNull(text, "the text must not be null");
    }

    /**
     * Returns a text without a second.
     *
     * @param text the text
     * @return the text alone
     */
    public static TextPair of(String text) {
        return new TextPair(text, null);
    }
}
