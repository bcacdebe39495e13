package org.attn4j.common;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Elements in their order, each made on another thread while the one before it is used. One is
 * ahead at most. What fails is thrown where the element is taken.
 *
 * @param <T> an element
 */
public final class Ahead<T> implements Iterator<T>, AutoCloseable {

    private final Supplier<Optional<T>> source;
    private final Consumer<T> discard;
    private final ExecutorService maker;
    private CompletableFuture<Made<T>> ahead;

    /** An element, or what failed; both null at the end. */
    private record Made<T>(T element, Throwable problem) {

        boolean isEnd() {
            return element == null && problem == null;
        }
    }

    /**
     * Begins to make the first element.
     *
     * @param name the name of the thread
     * @param source gives the next element, or none at the end; nobody else may touch what it uses
     *     until this is closed
     * @param discard takes an element that was made and is not used
     */
    public Ahead(String name, Supplier<Optional<T>> source, Consumer<T> discard) {
        this.source = source;
        this.discard = discard;
        maker =
                Executors.newSingleThreadExecutor(
                        work -> {
                            Thread thread = new Thread(work, name);
                            thread.setDaemon(true);
                            return thread;
                        });
        ahead = later();
    }

    private CompletableFuture<Made<T>> later() {
        return CompletableFuture.supplyAsync(this::made, maker);
    }

    private Made<T> made() {
        try {
            return new Made<>(source.get().orElse(null), null);
        } catch (RuntimeException | Error e) {
            return new Made<>(null, e);
        }
    }

    @Override
    public boolean hasNext() {
        return !ahead.join().isEnd();
    }

    @Override
    public T next() {
        Made<T> made = ahead.join();
        if (made.isEnd()) {
            throw new NoSuchElementException();
        }
        if (made.problem() instanceof Error error) {
            throw error;
        }
        if (made.problem() != null) {
            throw (RuntimeException) made.problem(); // a supplier throws no other
        }
        ahead = later();
        return made.element();
    }

    /** Waits for the element that is being made, and discards it. */
    @Override
    public void close() {
        T untaken = ahead.join().element();
        if (untaken != null) {
            discard.accept(untaken);
        }
        maker.shutdown();
    }
}
