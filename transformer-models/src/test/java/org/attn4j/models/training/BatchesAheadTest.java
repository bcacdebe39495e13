package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("engine")
@Timeout(60)
class BatchesAheadTest {

    private final NDManager manager = NDManager.newBaseManager(TinyTask.engineName());
    private final Semaphore made = new Semaphore(0);
    private final List<Thread> threads = new ArrayList<>();

    @AfterEach
    void close() {
        manager.close();
    }

    /** Three batches, of which the one at an index fails. */
    private Iterator<Batch> batches(int failing) {
        Iterator<Batch> plain = TinyTask.batches(manager, 0, 2);
        return new Iterator<>() {
            private int index;

            @Override
            public boolean hasNext() {
                return plain.hasNext();
            }

            @Override
            public Batch next() {
                threads.add(Thread.currentThread());
                made.release();
                if (index++ == failing) {
                    throw new IllegalStateException("the file is gone");
                }
                return plain.next();
            }
        };
    }

    @Test
    void givesTheSameBatchesInTheSameOrder() {
        Iterator<Batch> expected = TinyTask.batches(manager, 0, 2);
        try (BatchesAhead ahead = new BatchesAhead(manager, batches(-1))) {
            while (expected.hasNext()) {
                assertTrue(ahead.hasNext());
                try (Batch wanted = expected.next();
                        Batch batch = ahead.next()) {
                    assertArrayEquals(
                            wanted.getData().head().toLongArray(),
                            batch.getData().head().toLongArray());
                }
            }
            assertFalse(ahead.hasNext());
            assertThrows(NoSuchElementException.class, ahead::next);
        }
    }

    @Test
    void makesTheNextBatchOnAnotherThreadWhileOneIsUsed() throws InterruptedException {
        try (BatchesAhead ahead = new BatchesAhead(manager, batches(-1))) {
            assertTrue(made.tryAcquire(30, TimeUnit.SECONDS), "the first is made at once");
            try (Batch batch = ahead.next()) {
                assertTrue(made.tryAcquire(30, TimeUnit.SECONDS), "the second while one is used");
                assertEquals(TinyTask.ROWS, batch.getSize());
            }
            assertTrue(ahead.hasNext());
            assertEquals(2, threads.size(), "one is ahead at most");
        }
        threads.forEach(thread -> assertNotSame(Thread.currentThread(), thread));
    }

    @Test
    void throwsWhereTheBatchIsTaken() {
        try (BatchesAhead ahead = new BatchesAhead(manager, batches(1))) {
            ahead.next().close();
            assertTrue(ahead.hasNext());
            IllegalStateException problem = assertThrows(IllegalStateException.class, ahead::next);
            assertEquals("the file is gone", problem.getMessage());
            assertSame(problem, assertThrows(IllegalStateException.class, ahead::next));
        }
    }

    @Test
    void closingClosesWhatNobodyTook() {
        int before = manager.getManagedArrays().size();
        BatchesAhead ahead = new BatchesAhead(manager, batches(-1));
        ahead.next().close();
        ahead.close();
        assertEquals(2, threads.size());
        assertEquals(before, manager.getManagedArrays().size());
    }
}
