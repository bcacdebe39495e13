package org.attn4j.cli.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final StringWriter err = new StringWriter();
    private final AtomicLong seconds = new AtomicLong(100);

    private Progress progress() {
        PrintWriter writer = new PrintWriter(err, true);
        return new Progress(writer, "sentences", 1, () -> seconds.get() * 1_000_000_000L);
    }

    private List<String> lines() {
        return err.toString().lines().toList();
    }

    @Test
    void withoutATerminalThereIsALineEveryTenSecondsAndOneAtTheEnd() {
        try (Progress progress = progress()) {
            assertFalse(progress.isBar());
            progress.reset("generate", 3000);
            progress.start(0);
            for (int second = 1; second <= 25; second++) {
                seconds.incrementAndGet();
                progress.increment(100);
            }
        }
        assertEquals(
                List.of(
                        "generate  1,000 of 3,000 sentences",
                        "generate  2,000 of 3,000 sentences",
                        "generate  2,500 of 3,000 sentences"),
                lines());
    }

    @Test
    void whatIsDoneWithinTenSecondsNeedsNoWord() {
        try (Progress progress = progress()) {
            progress.reset("generate", 30);
            progress.start(0);
            progress.increment(30);
        }
        assertEquals(List.of(), lines());
    }

    @Test
    void aLineHasWhatTheVerbAdds() {
        try (Progress progress = progress()) {
            progress.reset("index", -1);
            progress.start(0);
            seconds.addAndGet(10);
            progress.update(7, "a.txt");
            seconds.addAndGet(10);
            progress.update(8, "beside a bar", () -> "a line of its own");
            seconds.addAndGet(1);
            progress.update(9, "beside a bar", () -> "another");
        }
        assertEquals(List.of("index  7 sentences  a.txt", "a line of its own", "another"), lines());
    }
}
