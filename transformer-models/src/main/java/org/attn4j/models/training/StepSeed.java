package org.attn4j.models.training;

/**
 * The seed of what is random in a step: a function of the run's seed and the position in the run,
 * so nothing has to be saved.
 */
final class StepSeed {

    private StepSeed() {}

    /** The seed of a micro-batch of a step. */
    static int of(long seed, long step, int microBatch) {
        long mixed = mix(mix(mix(seed) + step) + microBatch);
        return (int) (mixed >>> 33); // engines take a seed that is not negative
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
