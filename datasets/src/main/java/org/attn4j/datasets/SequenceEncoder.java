package org.attn4j.datasets;

/** Turns text into ids: what batching needs of a tokenizer. */
@FunctionalInterface
public interface SequenceEncoder {

    /**
     * Encodes one sentence.
     *
     * @param text the sentence
     * @return its ids, without special tokens
     */
    int[] encode(String text);
}
