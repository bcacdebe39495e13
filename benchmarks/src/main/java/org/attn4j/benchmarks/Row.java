package org.attn4j.benchmarks;

/**
 * What was found about one contender of a measurement. Ratios are medians over rounds of what was
 * timed in the same round.
 *
 * @param unit what the milliseconds are for one of
 * @param cpuMillis the median time of all threads of the process
 * @param wallMillis the median time of the clock
 * @param oursToItCpu our time by its: below 1 where we are faster
 * @param itToBoundCpu its time by that of the fastest bound; null without a bound
 * @param peakBytes the most memory that a JVM took which ran it alone; null if not measured
 */
record Row(
        String measurement,
        String contender,
        String unit,
        double cpuMillis,
        double wallMillis,
        double oursToItCpu,
        double oursToItWall,
        Double itToBoundCpu,
        Double itToBoundWall,
        Long peakBytes) {

    /** What a row of an earlier run is found by. */
    String key() {
        return measurement + " " + contender;
    }
}
