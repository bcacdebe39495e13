package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("engine")
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class EngineThreadsTest {

    private static final int MANY = 40;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void manyThreadsComputeOnFewWhereTheEngineKeepsSomethingForEach() throws Exception {
        Set<Thread> computing = ConcurrentHashMap.newKeySet();
        List<Thread> asking = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            Thread thread =
                    new Thread(
                            () ->
                                    EngineThreads.compute(
                                            manager, () -> computing.add(Thread.currentThread())));
            thread.start();
            asking.add(thread);
        }
        for (Thread thread : asking) {
            thread.join();
        }
        int most = TestEngine.isPyTorch() ? MANY : Runtime.getRuntime().availableProcessors();
        assertTrue(computing.size() <= most, () -> computing + " of at most " + most);
        assertEquals(TestEngine.isPyTorch(), asking.containsAll(computing));
    }

    @Test
    void aComputationWithinAnotherGoesOnWhereItIs() {
        Thread[] threads =
                EngineThreads.compute(
                        manager,
                        () ->
                                new Thread[] {
                                    Thread.currentThread(),
                                    EngineThreads.compute(manager, Thread::currentThread),
                                    EngineThreads.converse(manager, Thread::currentThread)
                                });
        assertSame(threads[0], threads[1]);
        assertSame(threads[0], threads[2]);
    }

    /** More of them than there are threads to compute, each waiting for a computation elsewhere. */
    @Test
    void conversationsThatWaitForComputationsComeToAnEnd() {
        CountDownLatch allTalk = new CountDownLatch(MANY);
        List<CompletableFuture<Integer>> talks = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            int number = i;
            CompletableFuture<Integer> talk = new CompletableFuture<>();
            talks.add(talk);
            new Thread(
                            () ->
                                    talk.complete(
                                            EngineThreads.converse(
                                                    manager, () -> talk(allTalk, number))))
                    .start();
        }
        for (int i = 0; i < MANY; i++) {
            assertEquals(i, talks.get(i).join());
        }
    }

    private int talk(CountDownLatch allTalk, int number) {
        allTalk.countDown();
        try {
            allTalk.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        CompletableFuture<Integer> elsewhere = new CompletableFuture<>();
        new Thread(() -> elsewhere.complete(EngineThreads.compute(manager, () -> number))).start();
        return elsewhere.join();
    }

    @Test
    void whatGoesWrongReachesTheCaller() {
        IllegalStateException wrong = new IllegalStateException("wrong");
        assertSame(
                wrong,
                assertThrows(
                        IllegalStateException.class,
                        () ->
                                EngineThreads.compute(
                                        manager,
                                        () -> {
                                            throw wrong;
                                        })));
        assertThrows(
                StackOverflowError.class,
                () ->
                        EngineThreads.compute(
                                manager,
                                () -> {
                                    throw new StackOverflowError();
                                }));
    }

    @Test
    void anInterruptedCallerGetsItsResultAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        assertEquals(7, EngineThreads.compute(manager, () -> 7));
        assertTrue(Thread.interrupted());
    }
}
