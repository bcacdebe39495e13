package org.attn4j.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Takes the time of the clock and of this process's threads. */
final class Stopwatch {

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final long cpu = SYSTEM.getProcessCpuTime();
    private final long wall = System.nanoTime();

    /** What passed since the watch was made. */
    record Lap(long cpuNanos, long wallNanos) {}

    Lap lap() {
        return new Lap(SYSTEM.getProcessCpuTime() - cpu, System.nanoTime() - wall);
    }
}
