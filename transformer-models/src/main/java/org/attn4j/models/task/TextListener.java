package org.attn4j.models.task;

/** Is told of generated text piece by piece. */
@FunctionalInterface
public interface TextListener {

    /**
     * Is called when a piece is there that later tokens will not change: the pieces of a sequence
     * put together are its text.
     *
     * @param input which text it is generated for
     * @param sequence which of that text's sequences
     * @param piece the piece, never empty
     */
    void onText(int input, int sequence, String piece);

    /**
     * Is called when a text is whole.
     *
     * @param input which text it is generated for
     * @param sequence which of that text's sequences
     * @param text the whole of it
     */
    default void onEnd(int input, int sequence, GeneratedText text) {}
}
