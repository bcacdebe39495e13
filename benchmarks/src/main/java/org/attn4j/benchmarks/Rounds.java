package org.attn4j.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Times the contenders of a measurement in turns: what slows the machine for a while slows each of
 * them, and the ratios stay.
 */
final class Rounds {

    /** Java counts the time of a process in steps of 10 ms. */
    private static final long LEAST_NANOS = 300_000_000;

    private static final int MOST_REPEATS = 1000;

    /** The share of it from which on the time of one repeat can be told. */
    private static final double ENOUGH = 0.2;

    /**
     * Of works this short the compiler is at work for longer, and its time is the process's too.
     */
    private static final int SHORT = 4;

    private static final int WARM_UPS_OF_SHORT = 5;

    private final int warmUps;
    private final int rounds;
    private final long leastNanos;

    Rounds(int warmUps, int rounds) {
        this(warmUps, rounds, LEAST_NANOS);
    }

    Rounds(int warmUps, int rounds, long leastNanos) {
        this.warmUps = warmUps;
        this.rounds = rounds;
        this.leastNanos = leastNanos;
    }

    /**
     * Compares what the contenders compute, and times them.
     *
     * @return the times of each contender, in order
     * @throws IllegalStateException if one computes something else than ours
     */
    List<Times> time(Measurement measurement) throws IOException {
        List<Work> works = new ArrayList<>();
        try {
            for (Contender contender : measurement.contenders()) {
                works.add(contender.opener().open());
            }
            compare(measurement, works);
            return time(works, measurement.units());
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(measurement.name() + ": " + e.getMessage(), e);
        } finally {
            works.forEach(Work::close);
        }
    }

    private static void compare(Measurement measurement, List<Work> works) throws Exception {
        List<float[]> ours = works.get(0).values();
        for (int i = 1; i < works.size(); i++) {
            Agreement.check(
                    measurement.name(),
                    measurement.contenders().get(i),
                    ours,
                    works.get(i).values());
        }
    }

    private List<Times> time(List<Work> works, int units) throws Exception {
        int repeats = repeats(works.get(0));
        List<Times> times = new ArrayList<>();
        works.forEach(work -> times.add(Times.ofRounds(rounds)));
        int before = repeats < SHORT ? warmUps : WARM_UPS_OF_SHORT * warmUps;
        for (int round = -before; round < rounds; round++) {
            for (int turn = 0; turn < works.size(); turn++) {
                int i = Math.floorMod(round + turn, works.size()); // each begins in its turn
                Work work = works.get(i);
                Stopwatch watch = Stopwatch.of(work);
                for (int repeat = 0; repeat < repeats; repeat++) {
                    work.run();
                }
                Stopwatch.Lap lap = watch.lap();
                if (round >= 0) {
                    times.get(i).set(round, lap, (double) repeats * units);
                }
            }
        }
        return times;
    }

    /** How often a work is done in a round, so that its time can be told. */
    private int repeats(Work work) throws Exception {
        for (int repeats = 1; repeats < MOST_REPEATS; repeats *= 2) {
            Stopwatch watch = Stopwatch.of(work);
            for (int repeat = 0; repeat < repeats; repeat++) {
                work.run();
            }
            double share = (double) watch.lap().cpuNanos() / leastNanos;
            if (share >= ENOUGH) {
                return (int) Math.max(1, Math.round(repeats / share));
            }
        }
        return MOST_REPEATS;
    }
}
