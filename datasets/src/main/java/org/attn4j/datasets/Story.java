package org.attn4j.datasets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A story of short sentences, a question about it, and the one word that answers it.
 *
 * @param sentences the sentences in the order they were told
 * @param question the question
 * @param answer the answer, a single word
 * @param supports which sentences the answer follows from, by number from 0, in the order in which
 *     they are needed
 */
public record Story(
        List<String> sentences, String question, String answer, List<Integer> supports) {

    public Story {
        sentences = List.copyOf(sentences);
        supports = List.copyOf(supports);
    }

    /**
     * Splits a sentence into its words.
     *
     * @param sentence a sentence or question
     * @return its words in lower case, without punctuation
     */
    public static List<String> words(String sentence) {
        return Arrays.stream(sentence.toLowerCase(Locale.ROOT).split("[^\\p{L}]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /**
     * Returns all words of the story, its question and its answer.
     *
     * @return the words in order, repeated as often as they occur
     */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        Stream.concat(sentences.stream(), Stream.of(question, answer))
                .forEach(sentence -> words.addAll(words(sentence)));
        return words;
    }
}
