package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * A byte-pair encoding: characters, and merges of two tokens into one in the order in which they
 * were learned.
 */
public final class BpeModel {

    /**
     * Two tokens that become one.
     *
     * @param left the first token
     * @param right the token that follows it
     */
    public record Merge(String left, String right) {

        /**
         * Returns the token that the two become.
         *
         * @return the joined token
         */
        public String token() {
            return left + right;
        }

        @Override
        public String toString() {
            return left + " " + right;
        }
    }

    private final List<String> alphabet;
    private final List<Merge> merges;
    private final String endOfWord;
    private final Map<Merge, Integer> ranks;

    /**
     * Creates a model.
     *
     * @param alphabet the tokens of one character, in the order of their ids; with an end of word,
     *     also each character with it
     * @param merges the merges, the first learned first
     * @param endOfWord what the last token of a word ends in, or null
     */
    public BpeModel(List<String> alphabet, List<Merge> merges, String endOfWord) {
        this.alphabet = List.copyOf(alphabet);
        this.merges = List.copyOf(merges);
        this.endOfWord = endOfWord;
        ranks = new HashMap<>();
        for (Merge merge : merges) {
            ranks.putIfAbsent(merge, ranks.size());
        }
    }

    /**
     * Returns the merges.
     *
     * @return the merges, the first learned first
     */
    public List<Merge> merges() {
        return merges;
    }

    /**
     * Returns what the last token of a word ends in.
     *
     * @return the end of word, or null if words do not end in anything
     */
    public String endOfWord() {
        return endOfWord;
    }

    /**
     * Returns all tokens: the alphabet, then what each merge makes.
     *
     * @return the tokens, each once
     */
    public List<String> tokens() {
        LinkedHashSet<String> tokens = new LinkedHashSet<>(alphabet);
        for (Merge merge : merges) {
            tokens.add(merge.token());
        }
        return new ArrayList<>(tokens);
    }

    /**
     * Segments a word: of all merges that apply, the one learned first is made everywhere in the
     * word, from left to right, until none applies.
     *
     * @param word the word, with a mark at its start if the model was learned so
     * @return the tokens; characters outside the alphabet stand for themselves
     */
    public List<String> segment(String word) {
        List<String> tokens = new ArrayList<>();
        word.codePoints().forEach(c -> tokens.add(Character.toString(c)));
        if (endOfWord != null && !tokens.isEmpty()) {
            int last = tokens.size() - 1;
            tokens.set(last, tokens.get(last) + endOfWord);
        }
        List<String> segments = tokens;
        for (Merge merge = first(segments); merge != null; merge = first(segments)) {
            segments = apply(merge, segments);
        }
        return segments;
    }

    private Merge first(List<String> tokens) {
        Merge first = null;
        int firstRank = Integer.MAX_VALUE;
        for (int i = 1; i < tokens.size(); i++) {
            Merge merge = new Merge(tokens.get(i - 1), tokens.get(i));
            Integer rank = ranks.get(merge);
            if (rank != null && rank < firstRank) {
                first = merge;
                firstRank = rank;
            }
        }
        return first;
    }

    private static List<String> apply(Merge merge, List<String> tokens) {
        List<String> merged = new ArrayList<>(tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            boolean applies =
                    i + 1 < tokens.size()
                            && tokens.get(i).equals(merge.left())
                            && tokens.get(i + 1).equals(merge.right());
            merged.add(applies ? merge.token() : tokens.get(i));
            if (applies) {
                i++;
            }
        }
        return merged;
    }
}
