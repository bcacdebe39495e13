package org.attn4j.datasets;

import java.util.random.RandomGenerator;

/**
 * The random numbers of this module: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), spelt out so
 * that a seed gives the same data on every JDK.
 */
public final class Randomness implements RandomGenerator {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long state;

    /**
     * Starts at a seed.
     *
     * @param seed any number; the same gives the same numbers
     */
    public Randomness(long seed) {
        state = seed;
    }

    /** A generator for one of many streams of a seed, such as an epoch. */
    static Randomness of(long seed, long stream) {
        return new Randomness(mix(seed + GOLDEN) ^ mix(stream + 2 * GOLDEN));
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    @Override
    public long nextLong() {
        state += GOLDEN;
        return mix(state);
    }

    /** A number from 0 to bound - 1; the bias, below bound / 2^63, does not matter here. */
    @Override
    public int nextInt(int bound) {
        return (int) ((nextLong() >>> 1) % bound);
    }

    /** A number from 0 to below 1. */
    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Shuffles in place (Fisher and Yates). */
    void shuffle(int[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = nextInt(i + 1);
            int value = values[i];
            values[i] = values[j];
            values[j] = value;
        }
    }
}
