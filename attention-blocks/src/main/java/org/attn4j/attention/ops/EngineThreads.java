package org.attn4j.attention.ops;

import ai.djl.ndarray.NDManager;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The threads that predictions run on.
 *
 * <p>MXNet makes 5 MB of random number generators for each thread that runs an operation, and frees
 * them when the process ends. A server whose threads come and go would grow without end, so that
 * predictions on MXNet run on threads that stay. PyTorch keeps nothing, and runs on the thread that
 * asks.
 */
public final class EngineThreads {

    private static final String THREAD_KEEPING = "MXNet";

    private EngineThreads() {}

    /** Made with the first prediction that needs them. */
    private static final class Pools {

        /** As many as can compute at a time. */
        static final ExecutorService FEW =
                new ThreadPoolExecutor(
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.getRuntime().availableProcessors(),
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        factory());

        /** As many as were ever needed at a time. */
        static final ExecutorService MANY =
                new ThreadPoolExecutor(
                        0,
                        Integer.MAX_VALUE,
                        Long.MAX_VALUE,
                        TimeUnit.NANOSECONDS,
                        new SynchronousQueue<>(),
                        factory());

        private static ThreadFactory factory() {
            return EngineThread::new;
        }
    }

    private static final class EngineThread extends Thread {

        EngineThread(Runnable work) {
            super(work, "attn4j-engine");
            setDaemon(true);
            // Not that of an application that is stopped one day.
            setContextClassLoader(EngineThreads.class.getClassLoader());
        }
    }

    /**
     * Computes on a thread of the engine, and waits for it.
     *
     * @param <T> a result
     * @param manager its engine counts
     * @param computation must not wait for another thread, since that may wait for this one
     * @return what it computes
     */
    public static <T> T compute(NDManager manager, Supplier<T> computation) {
        return stays(manager) ? computation.get() : result(Pools.FEW.submit(computation::get));
    }

    /**
     * Computes on a thread of the engine that nobody else has to wait for.
     *
     * @param <T> a result
     * @param manager its engine counts
     * @param computation may call others' code on the way, which waits for what it likes
     * @return what it computes
     */
    public static <T> T converse(NDManager manager, Supplier<T> computation) {
        return stays(manager) ? computation.get() : result(Pools.MANY.submit(computation::get));
    }

    /** Whether this thread may compute by itself. */
    private static boolean stays(NDManager manager) {
        return !THREAD_KEEPING.equals(manager.getEngine().getEngineName())
                || Thread.currentThread() instanceof EngineThread;
    }

    /** Waits for the end even if interrupted, as a call of the engine does. */
    static <T> T result(Future<T> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) cause; // a supplier throws no other
    }
}
