package org.attn4j.common;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A stream from the network that fails when its source falls silent, or sends so little that it
 * might as well. Only the time in which a reader waits counts.
 */
public final class SteadyInputStream extends FilterInputStream {

    /** Less than the slowest lines give. */
    private static final int LEAST_BYTES_A_SECOND = 500;

    private final Duration patience;
    private final ScheduledExecutorService watch;

    // Since the last time that enough had come.
    private long bytes;
    private long waited;

    private boolean waiting;
    private long waitingSince;
    private boolean givenUp;

    /**
     * Creates a stream.
     *
     * @param source the source, whose {@code close} ends a read that waits
     * @param patience how long it may send too little
     */
    public SteadyInputStream(InputStream source, Duration patience) {
        super(source);
        this.patience = patience;
        watch =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread thread = new Thread(task, "attn4j-download-watch");
                            thread.setDaemon(true);
                            return thread;
                        });
        long period = Math.max(1, patience.toMillis() / 4);
        watch.scheduleAtFixedRate(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    /**
     * Returns what has to come in a time.
     *
     * @param time the time
     * @return the bytes
     */
    public static long least(Duration time) {
        return Math.max(1, time.toMillis() * LEAST_BYTES_A_SECOND / 1000);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        begin();
        int count;
        try {
            count = super.read(buffer, offset, length);
        } catch (IOException e) {
            throw end(0) ? tooSlow() : e;
        }
        if (end(Math.max(0, count)) && count >= 0) {
            throw tooSlow();
        }
        return count;
    }

    private synchronized void begin() {
        waiting = true;
        waitingSince = System.nanoTime();
    }

    /** Ends a read, and returns whether the source is too slow to go on with. */
    private synchronized boolean end(int count) {
        waiting = false;
        waited += System.nanoTime() - waitingSince;
        bytes += count;
        if (bytes >= least(patience)) {
            bytes = 0;
            waited = 0;
        }
        givenUp |= waited > patience.toNanos();
        return givenUp;
    }

    /** Ends a read that has waited for too long. */
    private synchronized void look() {
        boolean over = waiting && waited + System.nanoTime() - waitingSince > patience.toNanos();
        if (over && !givenUp) {
            givenUp = true;
            try {
                in.close();
            } catch (IOException e) {
                // The read fails all the same.
            }
        }
    }

    private IOException tooSlow() {
        return new IOException(
                "fewer than %,d bytes came in %.1f s"
                        .formatted(least(patience), patience.toMillis() / 1000.0));
    }

    @Override
    public void close() throws IOException {
        watch.shutdownNow();
        super.close();
    }
}
