package org.attn4j.cli.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandardErrorTest {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final StandardError err = StandardError.of(written);

    /** What a terminal shows: \r goes to the line's first column, ESC [ K clears what follows. */
    private List<String> screen() {
        List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
        int column = 0;
        String text = written.toString(StandardCharsets.UTF_8).replace("\033[K", "\0");
        for (char c : text.toCharArray()) {
            StringBuilder line = lines.get(lines.size() - 1);
            if (c == '\n') {
                lines.add(new StringBuilder());
                column = 0;
            } else if (c == '\r') {
                column = 0;
            } else if (c == '\0') {
                line.setLength(column);
            } else {
                line.replace(column, Math.min(line.length(), column + 1), String.valueOf(c));
                column++;
            }
        }
        return lines.stream().map(StringBuilder::toString).toList();
    }

    @Test
    void aLineGoesAboveTheBar() {
        err.draw("train 10% [=    ]");
        err.println("validation bleu 30");
        assertEquals(List.of("validation bleu 30", "train 10% [=    ]"), screen());
    }

    @Test
    void aShorterBarLeavesNothingOfTheLongerOne() {
        err.draw("train 10% [=    ] 100 steps");
        err.draw("train 11% [=    ]");
        assertEquals(List.of("train 11% [=    ]"), screen());
        err.clear();
        assertEquals(List.of(""), screen());
    }

    @Test
    void theBarWaitsForTheEndOfALine() {
        err.draw("bar 1");
        err.print("half a ");
        err.flush();
        err.draw("bar 2");
        assertEquals(List.of("half a "), screen());
        err.println("line");
        assertEquals(List.of("half a line", "bar 2"), screen());
    }

    @Test
    void withoutABarNothingIsAdded() {
        err.println("one");
        err.println("two");
        assertEquals("one\ntwo\n", written.toString(StandardCharsets.UTF_8).replace("\r", ""));
    }
}
