package org.attn4j.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.attn4j.common.WordAlignment;

/**
 * Sentence pairs in a fixed order, readable from the start as often as wanted.
 *
 * <p>A corpus is a place to read from, not a collection in memory: {@link #open()} streams, so a
 * corpus may be far larger than the heap. To add a corpus of one's own, implement {@link #name()}
 * and {@link #open()}.
 */
public interface ParallelCorpus {

    /**
     * Returns what this corpus is called in messages, such as its file names.
     *
     * @return the name
     */
    String name();

    /**
     * Opens the pairs, in order, from the first. Pairs with an empty side are delivered too: to
     * evaluate, every line counts; to train, {@link ParallelDataset} skips them.
     *
     * <p>Reading errors met on the way arrive as {@link UncheckedIOException}.
     *
     * @return a sequential stream that holds the source open: close it
     * @throws IOException if the source cannot be opened
     */
    Stream<SentencePair> open() throws IOException;

    /**
     * Returns the number of pairs where it is known without reading everything.
     *
     * @return the number of pairs, or -1
     */
    default long size() {
        return -1;
    }

    /**
     * Reads the whole corpus into memory, as one does with a validation or test set.
     *
     * @return all pairs, in order
     * @throws IOException if the source cannot be read
     */
    default List<SentencePair> readAll() throws IOException {
        try (Stream<SentencePair> pairs = open()) {
            return pairs.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Returns which words of the pairs belong together, where that is known. Words are what white
     * space parts.
     *
     * @return an alignment for each pair, in order; empty if they are not known
     */
    default Optional<List<WordAlignment>> alignments() {
        return Optional.empty();
    }

    /**
     * Returns a corpus over a list.
     *
     * @param name what it is called in messages
     * @param pairs the pairs
     * @return the corpus
     */
    static ParallelCorpus of(String name, List<SentencePair> pairs) {
        return new ListCorpus(name, List.copyOf(pairs));
    }
}
