package org.attn4j.models.training;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.attn4j.attention.ops.EngineThreads;

/**
 * The batches of an epoch in their order, each made on another thread while the one before it is
 * trained on. One is ahead at most. What fails is thrown where the batch is taken.
 */
final class BatchesAhead implements Iterator<Batch>, AutoCloseable {

    private final NDManager manager;
    private final Iterator<Batch> batches;
    private final ExecutorService maker =
            Executors.newSingleThreadExecutor(
                    work -> {
                        Thread thread = new Thread(work, "attn4j-batches");
                        thread.setDaemon(true);
                        return thread;
                    });
    private CompletableFuture<Made> ahead;

    /** A batch, or what failed; both null at the end. */
    private record Made(Batch batch, Throwable problem) {

        boolean isEnd() {
            return batch == null && problem == null;
        }
    }

    /**
     * Begins to make the first batch.
     *
     * @param manager the manager of the batches
     * @param batches the batches, which draw nothing from the engine's random numbers; nobody else
     *     may touch them from now on
     */
    BatchesAhead(NDManager manager, Iterator<Batch> batches) {
        this.manager = manager;
        this.batches = batches;
        ahead = later();
    }

    private CompletableFuture<Made> later() {
        return CompletableFuture.supplyAsync(
                () -> EngineThreads.compute(manager, this::made), maker);
    }

    private Made made() {
        try {
            return new Made(batches.hasNext() ? batches.next() : null, null);
        } catch (RuntimeException | Error e) {
            return new Made(null, e);
        }
    }

    @Override
    public boolean hasNext() {
        return !ahead.join().isEnd();
    }

    @Override
    public Batch next() {
        Made made = ahead.join();
        if (made.isEnd()) {
            throw new NoSuchElementException();
        }
        if (made.problem() instanceof Error error) {
            throw error;
        }
        if (made.problem() != null) {
            throw (RuntimeException) made.problem(); // an iterator throws no other
        }
        ahead = later();
        return made.batch();
    }

    /** Waits for the batch that is being made, and closes it. */
    @Override
    public void close() {
        Batch untaken = ahead.join().batch();
        if (untaken != null) {
            untaken.close();
        }
        maker.shutdown();
    }
}
