package org.attn4j.models.training;

import static java.util.Comparator.naturalOrder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Training for many steps holds no more memory at the end than after warming up. */
@Tag("engine")
@Tag("slow")
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux tells a process's anonymous memory")
class NativeMemoryTest {

    private static final int STEPS = 1200;
    private static final long ALLOWED_KILOBYTES = 12 * 1024;

    @TempDir Path temp;

    @Test
    void isFlatAfterWarmingUp() throws Exception {
        Path errors = temp.resolve("errors");
        // A Java heap that is resident from the start: what grows is native. And no C2, which keeps
        // some megabytes of what it takes for a method, whenever it compiles one.
        List<String> options =
                List.of("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1");
        Process process =
                ChildJvm.start(
                        errors,
                        options,
                        LongRun.class,
                        temp.resolve("run").toString(),
                        String.valueOf(STEPS));
        TreeMap<Integer, Long> held = new TreeMap<>();
        process.inputReader()
                .lines()
                .map(line -> line.split(" "))
                .filter(words -> words.length == 2)
                .forEach(words -> held.put(Integer.valueOf(words[0]), Long.valueOf(words[1])));
        assertTrue(process.waitFor(10, TimeUnit.MINUTES), "the process hangs");
        assertEquals(0, process.exitValue(), () -> read(errors));

        assertEquals(STEPS, held.lastKey());
        // Allocators take and give back whole chunks of some megabytes, so single readings move by
        // as much. What leaks lifts every late reading above every early one.
        long early = held.headMap(STEPS / 3, true).values().stream().max(naturalOrder()).get();
        long late = held.tailMap(2 * STEPS / 3, false).values().stream().min(naturalOrder()).get();
        assertTrue(late - early < ALLOWED_KILOBYTES, () -> "kilobytes held, by step: " + held);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
