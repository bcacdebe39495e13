package org.attn4j.benchmarks;

/**
 * One way of doing what is measured.
 *
 * @param mostError how far its values may be from ours, ‖it − ours‖ / ‖ours‖; {@link #INCOMPARABLE}
 *     if it computes something else
 */
record Contender(String name, Role role, double mostError, Opener opener) {

    /**
     * For float32, which sums in another order. For vectors of length 1 it is a cosine of at least
     * 0.9999995.
     */
    static final double ROUNDING = 1e-3;

    /** The name of what is measured against the others. */
    static final String OURS = "ours";

    static final double INCOMPARABLE = Double.POSITIVE_INFINITY;

    /** What a contender is there for. */
    enum Role {
        OURS,
        OTHER,
        BOUND
    }

    /** Loads what a contender needs. */
    @FunctionalInterface
    interface Opener {

        Work open() throws Exception;
    }

    static Contender ours(Opener opener) {
        return new Contender(OURS, Role.OURS, INCOMPARABLE, opener);
    }

    static Contender other(String name, double mostError, Opener opener) {
        return new Contender(name, Role.OTHER, mostError, opener);
    }

    static Contender bound(String name, Opener opener) {
        return new Contender(name, Role.BOUND, INCOMPARABLE, opener);
    }
}
