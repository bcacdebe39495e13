package org.attn4j.datasets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.common.Require;

/**
 * A text of which a causal language model learns to predict tokens from those before them.
 *
 * @param ids its tokens, two at least
 * @param learned for each whether it is learned to be predicted; the first never is
 */
public record CausalText(int[] ids, boolean[] learned) {

    public CausalText {
        Require.that(
                ids.length >= 2 && ids.length == learned.length,
                "a text needs two tokens, each told whether it is learned, got %s and %s",
                ids.length,
                learned.length);
    }

    /**
     * Returns a text that is learned as a whole.
     *
     * @param ids its tokens, two at least
     * @return the text
     */
    public static CausalText of(int[] ids) {
        boolean[] learned = new boolean[ids.length];
        Arrays.fill(learned, true);
        return new CausalText(ids, learned);
    }

    /**
     * Returns how many positions a model needs for it: one for each token but the last, which only
     * is predicted.
     *
     * @return the number
     */
    public int length() {
        return ids.length - 1;
    }

    /**
     * Returns how many tokens are learned.
     *
     * @return the number
     */
    public int learnedTokens() {
        int count = 0;
        for (int t = 1; t < ids.length; t++) {
            count += learned[t] ? 1 : 0;
        }
        return count;
    }

    /**
     * Cuts a text that is longer than a row into texts that are not; each begins with the token
     * that the one before ended with, so that every token is predicted once.
     *
     * @param most the most positions of a row
     * @return the texts, in order
     */
    public List<CausalText> cut(int most) {
        Require.that(most >= 1, "a row needs a position, got %s", most);
        if (length() <= most) {
            return List.of(this);
        }
        List<CausalText> parts = new ArrayList<>();
        for (int from = 0; from < length(); from += most) {
            int to = Math.min(ids.length, from + most + 1);
            parts.add(
                    new CausalText(
                            Arrays.copyOfRange(ids, from, to),
                            Arrays.copyOfRange(learned, from, to)));
        }
        return parts;
    }
}
