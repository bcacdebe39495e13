package org.attn4j.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RetriesTest {

    private static final Retries RETRIES = new Retries(3, Duration.ofMillis(1), 100);

    private int tries;
    private long mark;

    private RefusedException givenUp(Retries.Attempt<Void> attempt) {
        return assertThrows(
                RefusedException.class, () -> RETRIES.run("there", () -> mark, attempt));
    }

    @Test
    void whatGetsOnIsTriedToTheEnd() throws IOException {
        String result =
                RETRIES.run(
                        "there",
                        () -> mark,
                        () -> {
                            mark += 100;
                            if (++tries < 20) {
                                throw new IOException("cut");
                            }
                            return "done";
                        });
        assertEquals("done", result);
    }

    @Test
    void whatGetsNowhereIsGivenUpWithItsReason() {
        RefusedException e =
                givenUp(
                        () -> {
                            tries++;
                            throw new IOException("cut");
                        });
        assertEquals(3, tries);
        assertTrue(e.getMessage().startsWith("cannot reach there (cut, tried 3 times)"));
        assertEquals("cut", e.getCause().getMessage());
    }

    /** Whoever begins anew each time and is cut at the same place does not get on. */
    @Test
    void goingBackAndForthIsNotGettingOn() {
        givenUp(
                () -> {
                    tries++;
                    mark = mark == 0 ? 20_000 : 0;
                    throw new IOException("cut");
                });
        assertTrue(tries <= 6, "tried " + tries + " times");
    }

    @Test
    void aByteAtATimeIsNotGettingOn() {
        givenUp(
                () -> {
                    tries++;
                    mark++;
                    throw new IOException("cut");
                });
        assertEquals(3, tries);
    }

    @Test
    void aRefusalIsFinal() {
        RefusedException e =
                givenUp(
                        () -> {
                            tries++;
                            throw new RefusedException("no");
                        });
        assertEquals("no", e.getMessage());
        assertEquals(1, tries);
    }
}
