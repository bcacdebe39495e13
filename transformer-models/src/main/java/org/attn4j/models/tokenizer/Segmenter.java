package org.attn4j.models.tokenizer;

import java.util.List;

/** Segments texts by one vocabulary, and joins tokens to texts again. */
interface Segmenter extends AutoCloseable {

    /**
     * Segments a text or a pair.
     *
     * @param text the texts
     * @param special whether the special tokens of the vocabulary's own template are added
     * @return the tokens
     */
    TokenizedText segment(TextPair text, boolean special);

    /**
     * Joins tokens to a text.
     *
     * @param ids the token ids; those without a token are left out
     * @param skipSpecial whether special tokens are left out
     * @return the text
     */
    String join(long[] ids, boolean skipSpecial);

    /**
     * Joins tokens to a text as the vocabulary's decoder does, also those that have no id.
     *
     * @param tokens the tokens as they are written in the vocabulary
     * @return the text
     */
    String join(List<String> tokens);

    /**
     * Returns what begins the tokens that continue a word, such as {@code ##}; empty if nothing.
     */
    String continuingPrefix();

    /** Returns one more than the largest id. */
    int size();

    /** Returns the id of a token as it is written in the vocabulary, or -1. */
    int idOf(String token);

    /** Returns the token of an id as it is written in the vocabulary, or null. */
    String tokenOf(long id);

    /** Frees what is held outside the Java heap. */
    @Override
    void close();
}
