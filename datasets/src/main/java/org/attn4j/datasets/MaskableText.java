package org.attn4j.datasets;

import java.util.Arrays;
import org.attn4j.common.Require;

/**
 * A text of which tokens can be hidden from a masked language model.
 *
 * @param ids its tokens, special ones among them
 * @param words the number of each token's word; -1 for special tokens, which are never hidden
 */
public record MaskableText(int[] ids, int[] words) {

    public MaskableText {
        Require.that(
                ids.length == words.length,
                "each token needs a word, got %s tokens and %s words",
                ids.length,
                words.length);
        Require.that(
                Arrays.stream(words).anyMatch(word -> word >= 0),
                "a text must have a token that is not special, got %s",
                Arrays.toString(ids));
    }

    /**
     * Returns the number of tokens.
     *
     * @return the number, special tokens included
     */
    public int length() {
        return ids.length;
    }
}
