package org.attn4j.models.attribution;

/**
 * A prediction that is explained.
 *
 * @param id the number of the class, or the id of the token
 * @param name the class, or the token as it is written in the vocabulary
 * @param position where the token is predicted: a masked token's position in the text, the number
 *     of tokens before the next one, or the position in what an encoder-decoder writes; −1 for a
 *     class
 * @param value the logit of a class; the natural logarithm of the probability of a token
 */
public record AttributionTarget(int id, String name, int position, double value) {

    /**
     * Returns whether a class of the text is predicted rather than a token.
     *
     * @return whether there is no position
     */
    public boolean isClass() {
        return position < 0;
    }
}
