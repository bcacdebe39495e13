package org.attn4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.attn4j.common.Require;

/**
 * A file of tagged words in the columns of the CoNLL shared tasks (Tjong Kim Sang and De Meulder
 * 2003), UTF-8, plain or gzip: a word with its tags on each line, a blank line between sentences.
 * The columns of a file with tabs are separated by single tabs, those of another by any white
 * space; every line has as many as the first. Tags are kept as they are written, whatever their
 * scheme.
 *
 * <p>No words are lines whose first column is {@code -DOCSTART-} and lines that begin with the
 * prefix of comments.
 *
 * @param path the file
 * @param wordColumn the column of the words, counted from 1; from the end if negative
 * @param tagColumn the column of the tags, counted from 1; from the end if negative
 * @param comment what the lines of comments begin with, for example {@code #} for CoNLL-U; empty
 *     for a file without comments
 * @param limit how long a line may be; one that is longer is refused
 */
public record ConllFile(Path path, int wordColumn, int tagColumn, String comment, LineLimit limit) {

    private static final String DOCUMENT_START = "-DOCSTART-";
    private static final int MOST_WORDS = 100_000;

    public ConllFile {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(comment, "comment");
        Require.that(
                wordColumn != 0 && tagColumn != 0,
                "columns are counted from 1, or from -1 at the end, got wordColumn=%s, tagColumn=%s",
                wordColumn,
                tagColumn);
        Require.that(
                limit.policy() == LineLimit.Policy.REFUSE,
                "a line cannot be left out of a sentence, got limit=%s",
                limit);
    }

    /**
     * Returns a file with the words in the first column and the tags in the last, without comments.
     *
     * @param path the file
     * @return the file
     */
    public static ConllFile of(Path path) {
        return new ConllFile(path, 1, -1, "", LineLimit.DEFAULT);
    }

    /**
     * Reads all sentences into memory.
     *
     * @return the sentences, at least one
     * @throws IOException if the file cannot be read, a line has other columns than the first, or
     *     there is no sentence
     */
    public List<TaggedSentence> readAll() throws IOException {
        List<TaggedSentence> sentences = new ArrayList<>();
        try (LineReader reader = LineReader.open(path, limit)) {
            Sentence sentence = new Sentence();
            for (String line = reader.next(); line != null; line = reader.next()) {
                if (line.isBlank()) {
                    sentence.endIn(sentences);
                } else if (comment.isEmpty() || !line.startsWith(comment)) {
                    sentence.add(line, reader.place());
                }
            }
            sentence.endIn(sentences);
        }
        if (sentences.isEmpty()) {
            throw new CorpusException(
                    path + " has no sentence: give at least one word and its tag on a line");
        }
        return sentences;
    }

    /** The sentence that is being read. */
    private final class Sentence {

        private final List<String> words = new ArrayList<>();
        private final List<String> tags = new ArrayList<>();
        private String place;
        private String separator;
        private int columns;

        private void add(String line, String where) throws CorpusException {
            if (separator == null) {
                separator = line.indexOf('\t') >= 0 ? "\t" : "\\s+";
            }
            String text = separator.equals("\t") ? line : line.strip();
            String[] all = text.split(separator, -1);
            if (all[0].equals(DOCUMENT_START)) {
                return;
            }
            if (columns == 0) {
                columns = all.length;
            }
            if (all.length != columns) {
                throw new CorpusException(
                        ("%s has %s columns and the lines before it %s: give every word as many, and"
                                        + " the prefix of comments if this is one")
                                .formatted(where, all.length, columns));
            }
            if (words.size() == MOST_WORDS) {
                throw new CorpusException(
                        "%s is over the %s words of a sentence: put a blank line between sentences"
                                .formatted(where, MOST_WORDS));
            }
            if (words.isEmpty()) {
                place = where;
            }
            words.add(at(all, wordColumn, "word", where));
            tags.add(at(all, tagColumn, "tag", where));
        }

        private String at(String[] all, int column, String what, String where)
                throws CorpusException {
            int index = column > 0 ? column - 1 : all.length + column;
            if (index < 0 || index >= all.length) {
                throw new CorpusException(
                        "%s has %s columns, but the %s is asked for in column %s"
                                .formatted(where, all.length, what, column));
            }
            if (all[index].isBlank()) {
                throw new CorpusException(
                        "%s has an empty %s in column %s".formatted(where, what, column));
            }
            return all[index];
        }

        private void endIn(List<TaggedSentence> sentences) {
            if (!words.isEmpty()) {
                sentences.add(new TaggedSentence(words, tags, place));
                words.clear();
                tags.clear();
            }
        }
    }
}
