package org.attn4j.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AheadTest {

    private final Semaphore made = new Semaphore(0);
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<String> discarded = new ArrayList<>();

    /** Three elements, of which the one at an index fails. */
    private Ahead<String> ahead(int failing) {
        Iterator<String> elements = List.of("a", "b", "c").iterator();
        return new Ahead<>(
                "maker",
                () -> {
                    if (!elements.hasNext()) {
                        return Optional.empty();
                    }
                    threads.add(Thread.currentThread());
                    made.release();
                    if (threads.size() - 1 == failing) {
                        throw new IllegalStateException("the file is gone");
                    }
                    return Optional.of(elements.next());
                },
                discarded::add);
    }

    @Test
    void givesTheElementsInTheirOrder() {
        try (Ahead<String> ahead = ahead(-1)) {
            List<String> all = new ArrayList<>();
            ahead.forEachRemaining(all::add);
            assertEquals(List.of("a", "b", "c"), all);
            assertFalse(ahead.hasNext());
            assertThrows(NoSuchElementException.class, ahead::next);
        }
        assertEquals(List.of(), discarded);
    }

    @Test
    void makesTheNextOnAnotherThreadWhileOneIsUsed() throws InterruptedException {
        try (Ahead<String> ahead = ahead(-1)) {
            assertTrue(made.tryAcquire(30, TimeUnit.SECONDS), "the first is made at once");
            ahead.next();
            assertTrue(made.tryAcquire(30, TimeUnit.SECONDS), "the second while one is used");
            assertTrue(ahead.hasNext());
            assertEquals(2, threads.size(), "one is ahead at most");
        }
        threads.forEach(thread -> assertNotSame(Thread.currentThread(), thread));
    }

    @Test
    void throwsWhereTheElementIsTaken() {
        try (Ahead<String> ahead = ahead(1)) {
            ahead.next();
            assertTrue(ahead.hasNext());
            IllegalStateException problem = assertThrows(IllegalStateException.class, ahead::next);
            assertEquals("the file is gone", problem.getMessage());
            assertSame(problem, assertThrows(IllegalStateException.class, ahead::next));
        }
    }

    @Test
    void closingDiscardsWhatNobodyTook() {
        Ahead<String> ahead = ahead(-1);
        ahead.next();
        ahead.close();
        assertEquals(List.of("b"), discarded);
        assertEquals(2, threads.size());
    }
}
