package org.attn4j.datasets.grammar;

import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.attn4j.common.WordAlignment;
import org.attn4j.datasets.SentencePair;

/**
 * A sentence in both languages.
 *
 * @param pair what is written
 * @param phrase its words, before elision and contraction
 * @param question whether it asks
 */
record Sentence(SentencePair pair, Phrase phrase, boolean question) {

    Sentence(Phrase phrase, boolean question) {
        this(
                new SentencePair(
                        capital(English.write(phrase.english()).text()) + (question ? "?" : "."),
                        capital(French.write(phrase.french()).text()) + (question ? " ?" : ".")),
                phrase,
                question);
    }

    static Sentence statement(Phrase phrase) {
        return new Sentence(phrase, false);
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    /**
     * The links between what white space parts. Of words written as one, such as "l'arbre", it has
     * the links of all. Marks that are written to a word on both sides link possibly; the question
     * mark, which stands alone in French, surely.
     */
    WordAlignment alignment() {
        int[] english = English.write(phrase.english()).wordOf();
        int[] french = French.write(phrase.french()).wordOf();
        SortedSet<WordAlignment.Link> sure = new TreeSet<>();
        SortedSet<WordAlignment.Link> possible = new TreeSet<>();
        for (Phrase.Link link : phrase.links()) {
            boolean mark = phrase.french().get(link.french()).equals(",");
            (link.sure() && !mark ? sure : possible)
                    .add(new WordAlignment.Link(english[link.english()], french[link.french()]));
        }
        int last = english[english.length - 1];
        int lastFrench = french[french.length - 1];
        if (question) {
            sure.add(new WordAlignment.Link(last, lastFrench + 1));
        } else {
            possible.add(new WordAlignment.Link(last, lastFrench));
        }
        return new WordAlignment(sure, possible);
    }
}
