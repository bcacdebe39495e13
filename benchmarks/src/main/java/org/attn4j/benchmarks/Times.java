package org.attn4j.benchmarks;

/**
 * What a contender took, in each round.
 *
 * @param cpu milliseconds of all threads of the process, for one unit
 * @param wall milliseconds from begin to end, for one unit
 */
record Times(double[] cpu, double[] wall) {

    static Times ofRounds(int rounds) {
        return new Times(new double[rounds], new double[rounds]);
    }

    void set(int round, Stopwatch.Lap lap, double units) {
        cpu[round] = lap.cpuNanos() / 1e6 / units;
        wall[round] = lap.wallNanos() / 1e6 / units;
    }
}
