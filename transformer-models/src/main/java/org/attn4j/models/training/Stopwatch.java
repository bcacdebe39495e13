package org.attn4j.models.training;

import java.lang.management.ManagementFactory;

/**
 * Measures the time and the CPU time of a run from where an earlier part of it left off, and the
 * speed of its steps.
 */
final class Stopwatch {

    /** How much the speed remembers at each step: about the last twenty. */
    private static final double MEMORY = 0.95;

    private final double secondsBefore;
    private final double cpuSecondsBefore;
    private final long begin = System.nanoTime();
    private final double cpuBegin = processCpuSeconds();
    private double recentTokens;
    private double recentSeconds;

    Stopwatch(TrainingState.Usage before) {
        secondsBefore = before.seconds();
        cpuSecondsBefore = before.cpuSeconds();
    }

    private static double processCpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime() * 1e-9
                : 0;
    }

    double seconds() {
        return secondsBefore + (System.nanoTime() - begin) * 1e-9;
    }

    double cpuSeconds() {
        return cpuSecondsBefore + processCpuSeconds() - cpuBegin;
    }

    /** Takes a step into account and gives the tokens per second over the last steps. */
    double speed(long tokens, long nanos) {
        recentTokens = MEMORY * recentTokens + tokens;
        recentSeconds = MEMORY * recentSeconds + nanos * 1e-9;
        return recentTokens / recentSeconds;
    }
}
