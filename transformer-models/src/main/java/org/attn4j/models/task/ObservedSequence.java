package org.attn4j.models.task;

import java.util.List;

/**
 * A sequence of tokens that attends or is attended to.
 *
 * @param name {@code text} of an encoder or a decoder alone; {@code source}, {@code target} (what
 *     the decoder reads, which begins with its start token) and {@code output} (what it writes at
 *     these positions, which ends with the end token) of an encoder-decoder
 * @param texts what its tokens are of: one text, or two of a pair
 * @param tokens its tokens
 */
public record ObservedSequence(String name, List<String> texts, List<ObservedToken> tokens) {

    /** The one sequence of a model that has no encoder beside a decoder. */
    public static final String TEXT = "text";

    /** What an encoder reads. */
    public static final String SOURCE = "source";

    /** What a decoder reads. */
    public static final String TARGET = "target";

    /** What a decoder writes. */
    public static final String OUTPUT = "output";

    public ObservedSequence {
        texts = List.copyOf(texts);
        tokens = List.copyOf(tokens);
    }
}
