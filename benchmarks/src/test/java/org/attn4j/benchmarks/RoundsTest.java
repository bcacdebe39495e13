package org.attn4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {

    private final List<String> calls = new ArrayList<>();

    /** Notes what is done to it, and takes its time. */
    private final class Noting implements Work {

        private final String name;
        private final float value;

        Noting(String name, float value) {
            this.name = name;
            this.value = value;
        }

        @Override
        public List<float[]> values() {
            return List.of(new float[] {value});
        }

        @Override
        public void run() {
            calls.add(name);
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < 30_000_000) {
                Thread.onSpinWait(); // more than the steps in which the time of a process is told
            }
        }

        @Override
        public void close() {
            calls.add("close " + name);
        }
    }

    private Measurement measurement(float its) {
        return Measurement.of(
                "some",
                "run",
                1,
                List.of(
                        Contender.ours(() -> new Noting("ours", 1)),
                        Contender.other("peer", 0.1, () -> new Noting("peer", its))));
    }

    @Test
    void contendersTakeTurnsAndEachBeginsARound() throws IOException {
        List<Times> times = new Rounds(1, 2, 1).time(measurement(1));
        assertEquals(2, times.size());
        assertEquals(2, times.get(0).wall().length);
        List<String> timed = calls.subList(calls.size() - 8, calls.size());
        assertEquals(
                List.of(
                        "peer",
                        "ours", // the round that warms up
                        "ours",
                        "peer",
                        "peer",
                        "ours",
                        "close ours",
                        "close peer"),
                timed);
    }

    @Test
    void whatComputesSomethingElseIsNotTimed() {
        assertThrows(
                IllegalStateException.class, () -> new Rounds(1, 2, 1).time(measurement(1.2f)));
        assertEquals(List.of("close ours", "close peer"), calls);
    }

    @Test
    void whatCannotBeOpenedClosesTheOthers() {
        Measurement measurement =
                Measurement.of(
                        "some",
                        "run",
                        1,
                        List.of(
                                Contender.ours(() -> new Noting("ours", 1)),
                                Contender.other(
                                        "peer",
                                        0.1,
                                        () -> {
                                            throw new IOException("no file");
                                        })));
        assertThrows(IOException.class, () -> new Rounds(1, 2, 1).time(measurement));
        assertEquals(List.of("close ours"), calls);
    }
}
