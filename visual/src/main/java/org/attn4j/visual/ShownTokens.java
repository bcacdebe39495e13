package org.attn4j.visual;

import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * A sequence of tokens that attention looks from or at: the tokens of a text, but also the steps of
 * a series, the facts of a story or the experts of a mixture. Padding is left out.
 *
 * @param name such as {@code source}, {@code target} or {@code text}
 * @param tokens the tokens as they are shown; markup in them is shown as text
 * @param words the word that each token is a part of, counted from 0, so that neighbours with the
 *     same number can be joined; -1 for a special token, which is a part of none
 */
public record ShownTokens(String name, List<String> tokens, List<Integer> words) {

    static final int MOST_TOKENS = 8192;
    static final int LONGEST_TOKEN = 10_000;

    /** Checks and copies the lists. */
    public ShownTokens {
        Require.that(!name.isBlank(), "name of the tokens must not be blank");
        tokens = List.copyOf(tokens);
        words = List.copyOf(words);
        Require.that(
                !tokens.isEmpty() && tokens.size() <= MOST_TOKENS,
                "tokens of %s must be from 1 to %s, got %s",
                name,
                MOST_TOKENS,
                tokens.size());
        Require.that(
                words.size() == tokens.size(),
                "words of %s must be as many as its tokens, got %s words, %s tokens",
                name,
                words.size(),
                tokens.size());
        tokens.forEach(
                it ->
                        Require.that(
                                it.length() <= LONGEST_TOKEN,
                                "a token must have at most %s characters, got %s",
                                LONGEST_TOKEN,
                                it.length()));
        Require.that(
                words.stream().allMatch(it -> it >= -1),
                "words of %s must be -1 or counted from 0, got %s",
                name,
                words);
    }

    /**
     * Makes each token a word of its own.
     *
     * @param name the name
     * @param tokens the tokens
     * @return the tokens
     */
    public static ShownTokens of(String name, List<String> tokens) {
        return new ShownTokens(name, tokens, IntStream.range(0, tokens.size()).boxed().toList());
    }

    int size() {
        return tokens.size();
    }
}
