package org.attn4j.benchmarks;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.Precision;

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

    /** Ours in the lower precisions that are to be had here. */
    static List<Contender> rounded(
            NDManager manager, double mostError, Function<Precision, Opener> opener) {
        return Stream.of(Precision.BF16, Precision.INT8)
                .filter(precision -> isHere(manager, precision))
                .map(
                        precision ->
                                new Contender(
                                        OURS + " " + precision,
                                        Role.OTHER,
                                        mostError,
                                        opener.apply(precision)))
                .toList();
    }

    /** Whether maps of a precision can be packed, which the processor decides. */
    static boolean isHere(NDManager manager, Precision precision) {
        try (NDManager scratch = manager.newSubManager()) {
            LinearBlock block = LinearBlock.of(64, true);
            block.initialize(scratch, DataType.FLOAT32, new Shape(1, 64));
            block.pack(scratch, precision);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static Contender other(String name, double mostError, Opener opener) {
        return new Contender(name, Role.OTHER, mostError, opener);
    }

    static Contender bound(String name, Opener opener) {
        return new Contender(name, Role.BOUND, INCOMPARABLE, opener);
    }
}
