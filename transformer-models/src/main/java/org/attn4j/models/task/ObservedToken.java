package org.attn4j.models.task;

/**
 * A token that a model read or wrote while it was observed.
 *
 * @param token as it is written in the vocabulary
 * @param text the characters that it stands for, as a reader knows them
 * @param part which text of its sequence it is of, from 0; -1 for a special token
 * @param begin where in its text it begins, in {@code char}s; -1 for a special token
 * @param end where it ends, exclusive; -1 for a special token
 * @param word the number of its word, between white space, within the sequence; -1 for a token of
 *     none
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

    /** A token of a text; one of white space alone shows as it is in the vocabulary. */
    static ObservedToken of(String token, String text, int part, int begin, int end, int word) {
        String shown = text.substring(begin, end).strip();
        return new ObservedToken(token, shown.isEmpty() ? token : shown, part, begin, end, word);
    }

    /**
     * Returns whether the token was added by the tokenizer or the search.
     *
     * @return whether it is of no text
     */
    public boolean special() {
        return part < 0;
    }
}
