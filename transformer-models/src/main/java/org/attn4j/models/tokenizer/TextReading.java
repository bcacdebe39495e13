package org.attn4j.models.tokenizer;

/**
 * How much of a text, or of a pair, a model has read.
 *
 * @param tokens how many tokens it has, special ones included
 * @param read how many of them the model was given: fewer if it was cut, 0 if it was refused
 * @param problem why it was refused, or null
 */
public record TextReading(int tokens, int read, String problem) {

    /**
     * Returns the reading of a text that is read whole.
     *
     * @param tokens how many tokens it has
     * @return the reading
     */
    public static TextReading whole(int tokens) {
        return new TextReading(tokens, tokens, null);
    }

    /**
     * Returns the reading of a text that is not read.
     *
     * @param tokens how many tokens it has; 0 if that is not known
     * @param problem why, in a sentence
     * @return the reading
     */
    public static TextReading refused(int tokens, String problem) {
        return new TextReading(tokens, 0, problem);
    }

    /**
     * Returns whether the model did not read it.
     *
     * @return whether there is a problem
     */
    public boolean refused() {
        return problem != null;
    }

    /**
     * Returns whether the model read a part of it.
     *
     * @return whether something was cut off
     */
    public boolean cut() {
        return !refused() && read < tokens;
    }
}
