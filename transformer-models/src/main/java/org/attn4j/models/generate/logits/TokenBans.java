package org.attn4j.models.generate.logits;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Processors by which tokens are never chosen. */
public final class TokenBans {

    private TokenBans() {}

    /**
     * Bans tokens always ({@code suppress_tokens}).
     *
     * @param tokens the tokens
     * @return a processor
     */
    public static LogitsProcessor always(List<Integer> tokens) {
        return (ids, scores) -> tokens.forEach(token -> Logits.ban(scores, token));
    }

    /**
     * Bans tokens at one position ({@code begin_suppress_tokens}).
     *
     * @param tokens the tokens
     * @param position how many tokens stand before the position
     * @return a processor
     */
    public static LogitsProcessor at(int position, List<Integer> tokens) {
        return (ids, scores) -> {
            if (ids.length == position) {
                tokens.forEach(token -> Logits.ban(scores, token));
            }
        };
    }

    /**
     * Bans tokens before a position ({@code min_length} and {@code min_new_tokens}, with the end
     * tokens).
     *
     * @param position how many tokens must stand before the first
     * @param tokens the tokens
     * @return a processor
     */
    public static LogitsProcessor before(int position, List<Integer> tokens) {
        return (ids, scores) -> {
            if (ids.length < position) {
                tokens.forEach(token -> Logits.ban(scores, token));
            }
        };
    }

    /**
     * Bans the token that would complete a word ({@code bad_words_ids}). A word that is one end
     * token is left out.
     *
     * @param words the words, as tokens
     * @param ends the end tokens
     * @return a processor
     */
    public static LogitsProcessor words(List<List<Integer>> words, List<Integer> ends) {
        List<List<Integer>> banned =
                words.stream()
                        .filter(word -> word.size() != 1 || !ends.contains(word.get(0)))
                        .toList();
        return (ids, scores) -> {
            for (List<Integer> word : banned) {
                word.forEach(token -> Logits.requireToken("bad word's", token, scores.length));
                if (Logits.endsWith(ids, word, word.size() - 1)) {
                    Logits.ban(scores, word.get(word.size() - 1));
                }
            }
        };
    }

    /**
     * Bans the token by which a sequence would repeat some tokens in a row ({@code
     * no_repeat_ngram_size}).
     *
     * @param size how many in a row
     * @return a processor
     */
    public static LogitsProcessor repeatedNgrams(int size) {
        return (ids, scores) -> {
            for (int i = 0; i + size <= ids.length; i++) {
                if (Arrays.equals(ids, i, i + size - 1, ids, ids.length + 1 - size, ids.length)) {
                    Logits.ban(scores, ids[i + size - 1]);
                }
            }
        };
    }

    /**
     * Bans the token by which a sequence would repeat some tokens in a row of the source ({@code
     * encoder_no_repeat_ngram_size}).
     *
     * @param size how many in a row
     * @param source the source
     * @return a processor
     */
    public static LogitsProcessor ngramsOfSource(int size, int[] source) {
        Map<List<Integer>, List<Integer>> next = new HashMap<>();
        List<Integer> all = Arrays.stream(source).boxed().toList();
        for (int i = 0; i + size <= source.length; i++) {
            next.computeIfAbsent(all.subList(i, i + size - 1), start -> new ArrayList<>())
                    .add(source[i + size - 1]);
        }
        return (ids, scores) -> {
            if (ids.length >= size - 1) {
                List<Integer> last =
                        Arrays.stream(ids, ids.length - size + 1, ids.length).boxed().toList();
                next.getOrDefault(last, List.of()).forEach(token -> Logits.ban(scores, token));
            }
        };
    }
}
