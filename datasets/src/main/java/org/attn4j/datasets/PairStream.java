package org.attn4j.datasets;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Makes a stream of a reader that may fail. */
final class PairStream {

    /** Reads pair after pair. */
    interface Reader extends Closeable {

        /** The next pair, or null after the last. */
        SentencePair next() throws IOException;
    }

    private PairStream() {}

    static Stream<SentencePair> of(Reader reader) {
        Spliterator<SentencePair> pairs =
                new Spliterators.AbstractSpliterator<>(
                        Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
                    @Override
                    public boolean tryAdvance(Consumer<? super SentencePair> action) {
                        SentencePair pair;
                        try {
                            pair = reader.next();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        if (pair == null) {
                            return false;
                        }
                        action.accept(pair);
                        return true;
                    }
                };
        return StreamSupport.stream(pairs, false)
                .onClose(
                        () -> {
                            try {
                                reader.close();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
    }
}
