package org.attn4j.cli.attention;

import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.FieldFile;

/**
 * Two words of a text that belong together.
 *
 * @param relation how
 * @param text the text
 * @param from the number of the word that looks, from 0
 * @param to the number of the word that is looked at
 */
record WordPair(String relation, String text, int from, int to) {

    /** Reads a pair, whose words must be in the text. */
    static WordPair of(FieldFile.Line line) throws CorpusException {
        String text = line.text("text");
        int words = text.isBlank() ? 0 : text.strip().split("\\s+").length;
        return new WordPair(
                line.text("relation"), text, word(line, "from", words), word(line, "to", words));
    }

    private static int word(FieldFile.Line line, String field, int words) throws CorpusException {
        double number = line.number(field);
        if (number != Math.rint(number) || number < 0 || number >= words) {
            throw new CorpusException(
                    "%s %s must be the number of a word of the text, from 0 and below %s, got %s"
                            .formatted(line.place(), field, words, line.text(field)));
        }
        return (int) number;
    }
}
