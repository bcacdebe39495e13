package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of a text, which are what white space parts, and the words that tokens are of. Words
 * are numbered from 0.
 *
 * <p>A token is of the word of its first character. One without a character of its own, such as the
 * first bytes of a letter or a space that has a token, is of the word that goes on or begins there.
 * Special tokens are of no word, which is -1.
 */
public final class TextWords {

    private final List<String> words = new ArrayList<>();
    private final int[] wordAt; // of each char; white space has the word after it, or -1

    private TextWords(String text) {
        wordAt = new int[text.length()];
        int begin = 0;
        for (int i = 0; i <= text.length(); i++) {
            boolean space = i == text.length() || Character.isWhitespace(text.charAt(i));
            if (space && i > begin) {
                words.add(text.substring(begin, i));
            }
            if (space) {
                begin = i + 1;
            }
            if (i < text.length()) {
                wordAt[i] = words.size();
            }
        }
        for (int i = text.length() - 1; i >= 0 && wordAt[i] == words.size(); i--) {
            wordAt[i] = -1;
        }
    }

    /**
     * Finds the words of a text.
     *
     * @param text the text
     * @return its words
     */
    public static TextWords of(String text) {
        return new TextWords(text);
    }

    /**
     * Returns the words.
     *
     * @return the words, in order
     */
    public List<String> words() {
        return List.copyOf(words);
    }

    /**
     * Returns how many words there are.
     *
     * @return the number of words
     */
    public int size() {
        return words.size();
    }

    /**
     * Tells which words the tokens of this text are of.
     *
     * @param tokens the tokens of the text, or of one that ends with it
     * @param before how many characters stand before this text in what was encoded, such as those
     *     of a prefix; their tokens are of no word
     * @return the number of each token's word, or -1
     */
    public int[] of(TokenizedText tokens, int before) {
        int[] numbers = new int[tokens.length()];
        for (int i = 0; i < numbers.length; i++) {
            int begin = tokens.offsets()[i][0] - before;
            int end = tokens.offsets()[i][1] - before;
            boolean outside = tokens.special()[i] || before > 0 && end <= 0;
            numbers[i] = outside ? -1 : wordFrom(begin);
        }
        return numbers;
    }

    /** The word of the first character from a position on that is no white space, or -1. */
    int wordFrom(int position) {
        int at = Math.max(0, position);
        return at < wordAt.length ? wordAt[at] : -1;
    }
}
