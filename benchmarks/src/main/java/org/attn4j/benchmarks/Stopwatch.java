package org.attn4j.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/** Takes the time of the clock and of the threads that do a work. */
final class Stopwatch {

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final LongSupplier elsewhere;
    private final long cpu;
    private final long wall = System.nanoTime();

    private Stopwatch(LongSupplier elsewhere) {
        this.elsewhere = elsewhere;
        cpu = cpuNanos();
    }

    /** Counts this process's threads. */
    static Stopwatch ofThisProcess() {
        return new Stopwatch(() -> 0);
    }

    /** Counts this process's threads, and those of another process if the work is done there. */
    static Stopwatch of(Work work) {
        return new Stopwatch(work::cpuNanosElsewhere);
    }

    /** What passed since the watch was made. */
    record Lap(long cpuNanos, long wallNanos) {}

    Lap lap() {
        return new Lap(cpuNanos() - cpu, System.nanoTime() - wall);
    }

    private long cpuNanos() {
        return SYSTEM.getProcessCpuTime() + elsewhere.getAsLong();
    }
}
