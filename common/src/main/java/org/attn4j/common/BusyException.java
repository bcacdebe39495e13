package org.attn4j.common;

import java.io.IOException;
import java.time.Duration;

/** A server has too much to do, and may say for how long. */
public final class BusyException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Duration pause;

    private BusyException(int status, Duration pause) {
        super("the server answered " + status);
        this.pause = pause;
    }

    /**
     * Throws if an answer is one of a server that may do better later.
     *
     * @param answer the answer
     * @throws BusyException if its status is 408, 429 or 500 and above
     */
    public static void throwIfBusy(Answer answer) throws BusyException {
        int status = answer.status();
        if (status == 408 || status == 429 || status >= 500) {
            String seconds = answer.header("Retry-After").orElse("");
            boolean asked = seconds.matches("\\d{1,6}");
            throw new BusyException(
                    status, asked ? Duration.ofSeconds(Long.parseLong(seconds)) : Duration.ZERO);
        }
    }

    /** How long the server asks to be left alone. */
    Duration pause() {
        return pause;
    }
}
