package org.attn4j.models.task;

/**
 * A token that a model read or wrote while it was observed.
 *
 * @param token as it is written in the vocabulary
 * @param text the characters that it stands for, as a reader knows them
 * @param part which text of its sequence it is of, from 0; -1 for a special token
 * @param begin where in its text it begins, in {@code char}s; -1 for a special token
 * @param end where it ends, exclusive; -1 for a special token
 * @param word the number of its word, between white space, within the sequence; -1 for a special
 *     token
 */
public record ObservedToken(String token, String text, int part, int begin, int end, int word) {

    /**
     * Returns a token that is of no text.
     *
     * @param token as it is written in the vocabulary
     * @return the token
     */
    public static ObservedToken added(String token) {
        return new ObservedToken(token, token, -1, -1, -1, -1);
    }

    /**
     * Returns whether the token was added by the tokenizer or the search.
     *
     * @return whether it is of no word
     */
    public boolean special() {
        return word < 0;
    }
}
