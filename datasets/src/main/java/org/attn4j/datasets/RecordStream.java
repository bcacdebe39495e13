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
final class RecordStream {

    /** Reads record after record. */
    interface Reader<T> extends Closeable {

        /** The next record, or null after the last. */
        T next() throws IOException;
    }

    private RecordStream() {}

    static <T> Stream<T> of(Reader<T> reader) {
        Spliterator<T> records =
                new Spliterators.AbstractSpliterator<>(
                        Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
                    @Override
                    public boolean tryAdvance(Consumer<? super T> action) {
                        T record;
                        try {
                            record = reader.next();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        if (record == null) {
                            return false;
                        }
                        action.accept(record);
                        return true;
                    }
                };
        return StreamSupport.stream(records, false)
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
