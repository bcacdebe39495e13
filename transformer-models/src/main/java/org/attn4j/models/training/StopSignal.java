package org.attn4j.models.training;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Asks a training run to save and stop. It may be set from any thread.
 *
 * <p>{@link #onShutdown} gives one that is set when the JVM is asked to end (SIGINT, SIGTERM) and
 * holds the JVM back until the run has saved.
 */
public final class StopSignal implements AutoCloseable {

    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean requested;
    private Thread hook;

    /** Constructs a signal that is set by {@link #request} alone. */
    public StopSignal() {}

    /**
     * Returns a signal that is also set when the JVM shuts down. The JVM then waits until the
     * signal is {@linkplain #close closed}, for as long as {@code patience} at most.
     *
     * @param patience how long the JVM waits for the run to save
     * @return the signal, to be closed when everything is saved
     */
    public static StopSignal onShutdown(Duration patience) {
        StopSignal signal = new StopSignal();
        signal.hook = new Thread(() -> signal.requestAndWait(patience), "attn4j-stop");
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    private void requestAndWait(Duration patience) {
        request();
        try {
            finished.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the run to stop after the step it is at. */
    public void request() {
        requested = true;
    }

    /**
     * Tells whether the run was asked to stop.
     *
     * @return whether it was
     */
    public boolean isRequested() {
        return requested;
    }

    /** Says that everything is saved; a JVM that waits for it ends. */
    @Override
    public void close() {
        finished.countDown();
        if (hook != null && !requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                requested =
                        true; // the shutdown began in this moment, and the hook has nothing to wait
                // for
            }
        }
    }
}
