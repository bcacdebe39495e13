package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * Text to token ids and back, for one side of a model.
 *
 * <p>Implementations are safe for use by several threads at once. What a user types is always text:
 * the name of a special token inside it, such as {@code </s>}, is segmented like any other word and
 * never becomes the id of that special token. Who needs special ids adds them by {@link #bosId()}
 * and its like.
 */
public interface TextTokenizer extends AutoCloseable {

    /**
     * Segments a text.
     *
     * @param text the text, of any length
     * @return the token ids, without start or end tokens; empty for an empty text
     */
    int[] encode(String text);

    /**
     * Restores a text from ids. Special tokens, and ids that have no token, are left out.
     *
     * @param ids the token ids
     * @return the text
     * @throws IllegalArgumentException if an id is negative
     */
    String decode(int[] ids);

    /**
     * Returns the number of ids: one more than the largest id that has a token.
     *
     * @return the number of ids
     */
    int vocabularySize();

    /**
     * Finds the id of a token.
     *
     * @param token the token as it is written in the vocabulary, special tokens included
     * @return the id, or -1 if the vocabulary has no such token
     */
    int idOf(String token);

    /**
     * Returns the token of an id as it is written in the vocabulary, with its marks for word starts
     * or ends.
     *
     * @param id the token id
     * @return the token
     * @throws IllegalArgumentException if no token has this id
     */
    String token(int id);

    /**
     * Returns the id that fills short rows of a batch.
     *
     * @return the padding id, or -1 if there is none
     */
    int padId();

    /**
     * Returns the id that starts a sequence.
     *
     * @return the start id, or -1 if there is none
     */
    int bosId();

    /**
     * Returns the id that ends a sequence.
     *
     * @return the end id, or -1 if there is none
     */
    int eosId();

    /**
     * Returns the id of what the vocabulary cannot write.
     *
     * @return the id for the unknown, or -1 if there is none
     */
    int unkId();

    /**
     * Segments a text into the written tokens of {@link #encode(String)}, one for each id: the
     * labels for a picture of what attends to what.
     *
     * @param text the text
     * @return the tokens
     */
    default List<String> tokens(String text) {
        int[] ids = encode(text);
        List<String> tokens = new ArrayList<>(ids.length);
        for (int id : ids) {
            tokens.add(token(id));
        }
        return tokens;
    }

    /** Frees what the tokenizer holds outside the Java heap. Closing twice does nothing. */
    @Override
    void close();
}
