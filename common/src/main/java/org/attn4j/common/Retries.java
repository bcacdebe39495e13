package org.attn4j.common;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again what a fault of the network or the server may have spoilt: for as long as it gets on,
 * and a few times where it does not.
 *
 * @param attempts how often a request that gets nowhere is made
 * @param firstPause the pause after the first of them, which doubles each time
 * @param step how much further than ever before counts as getting on
 */
public record Retries(int attempts, Duration firstPause, long step) {

    private static final Logger LOGGER = LoggerFactory.getLogger(Retries.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    public Retries {
        Require.that(attempts >= 1, "attempts must be at least 1, got %s", attempts);
    }

    /**
     * What is tried.
     *
     * @param <T> what comes of it
     */
    @FunctionalInterface
    public interface Attempt<T> {

        /**
         * Tries it once.
         *
         * @return the result
         * @throws RefusedException if trying again will not help
         * @throws IOException if it may
         */
        T run() throws IOException;
    }

    /** How far something has come, in any unit. */
    @FunctionalInterface
    public interface Mark {

        /**
         * Returns how far it is.
         *
         * @return the mark
         * @throws IOException if it cannot be told
         */
        long get() throws IOException;
    }

    /**
     * Tries something until it succeeds, is refused, or gets nowhere any more.
     *
     * @param place where it is tried, for messages
     * @param mark how far it has come
     * @param attempt what is tried
     * @param <T> what comes of it
     * @return the result
     * @throws RefusedException if it was refused, or was given up; the latter has a cause
     * @throws IOException if it was interrupted
     */
    public <T> T run(String place, Mark mark, Attempt<T> attempt) throws IOException {
        Duration pause = firstPause;
        long furthest = mark.get();
        for (int tries = 1; ; tries++) {
            try {
                return attempt.run();
            } catch (RefusedException | InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                long reached = mark.get();
                if (reached >= furthest + step) {
                    furthest = reached;
                    tries = 0;
                    pause = firstPause;
                } else if (tries >= attempts) {
                    throw new RefusedException(
                            "cannot reach %s (%s, tried %s times): check the network and the proxy, and run it again to go on where it stopped"
                                    .formatted(place, reason(e), attempts),
                            e);
                }
                LOGGER.warn("{}: {}; trying again", place, reason(e));
                Duration asked = e instanceof BusyException busy ? busy.pause() : Duration.ZERO;
                rest(asked.compareTo(pause) > 0 ? asked : pause);
                pause = pause.multipliedBy(2);
            }
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void rest(Duration pause) throws IOException {
        try {
            Thread.sleep(Math.min(pause.toMillis(), LONGEST_PAUSE.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the download was interrupted: run it again to go on");
        }
    }
}
