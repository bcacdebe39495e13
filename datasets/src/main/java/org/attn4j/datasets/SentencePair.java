package org.attn4j.datasets;

import java.util.Objects;

/**
 * A sentence and its translation.
 *
 * @param source the sentence to translate, possibly empty
 * @param target its translation, possibly empty
 */
public record SentencePair(String source, String target) {

    public SentencePair {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(target, "target");
    }

    /**
     * Says whether one side holds nothing but white space.
     *
     * @return true when there is nothing to translate or nothing to learn from
     */
    public boolean hasEmptySide() {
        return source.isBlank() || target.isBlank();
    }
}
