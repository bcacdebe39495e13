package org.attn4j.models.family.bigbird;

/**
 * The numbers of NumPy's {@code RandomState}: the Mersenne Twister (Matsumoto and Nishimura 1998),
 * seeded by one integer.
 */
final class NumpyRandom {

    private static final int SIZE = 624;
    private static final int SHIFT = 397;

    private final int[] state = new int[SIZE];
    private int next = SIZE;

    NumpyRandom(int seed) {
        state[0] = seed;
        for (int i = 1; i < SIZE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    /** Shuffles in place, as {@code numpy.random.permutation} does with a copy. */
    int[] shuffle(int[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = upTo(i);
            int value = values[i];
            values[i] = values[j];
            values[j] = value;
        }
        return values;
    }

    /** A number from 0 to {@code most}: bits enough for it are drawn until they fit. */
    private int upTo(int most) {
        int mask = Integer.highestOneBit(most) * 2 - 1;
        int value = bits() & mask;
        while (value > most) {
            value = bits() & mask;
        }
        return value;
    }

    private int bits() {
        if (next == SIZE) {
            twist();
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    private void twist() {
        for (int i = 0; i < SIZE; i++) {
            int y = state[i] & 0x80000000 | state[(i + 1) % SIZE] & 0x7fffffff;
            state[i] = state[(i + SHIFT) % SIZE] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
        }
        next = 0;
    }
}
