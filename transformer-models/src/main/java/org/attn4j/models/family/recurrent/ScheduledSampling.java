package org.attn4j.models.family.recurrent;

import java.util.Objects;
import org.attn4j.common.Require;

/**
 * How likely a decoder reads the true token, and not one that it draws from its own prediction, as
 * training goes on: the schedules of Bengio, Vinyals, Jaitly and Shazeer 2015, section 2.4.
 *
 * @param decay the form of the schedule
 * @param k where a linear schedule begins, at most 1; the base of an exponential one, below 1; the
 *     constant of an inverse sigmoid, at least 1
 * @param slope c, what a step takes off a linear schedule
 * @param minimum ε, where a linear schedule ends
 */
public record ScheduledSampling(Decay decay, double k, double slope, double minimum) {

    /** Teacher forcing: every token that is read is the true one. */
    public static final ScheduledSampling NONE = new ScheduledSampling(Decay.NONE, 1, 0, 0);

    /** The form of a schedule; i is the number of steps before. */
    public enum Decay {
        /** Always 1. */
        NONE,
        /** {@code max(ε, k − c·i)}. */
        LINEAR,
        /** {@code k^i}. */
        EXPONENTIAL,
        /** {@code k / (k + exp(i / k))}. */
        INVERSE_SIGMOID
    }

    public ScheduledSampling {
        Objects.requireNonNull(decay, "decay");
        Require.that(
                slope >= 0 && minimum >= 0 && minimum <= 1,
                "slope must not be negative and minimum in [0, 1], got slope=%s, minimum=%s",
                slope,
                minimum);
        Require.that(
                switch (decay) {
                    case NONE -> true;
                    case LINEAR -> k >= minimum && k <= 1;
                    case EXPONENTIAL -> k > 0 && k < 1;
                    case INVERSE_SIGMOID -> k >= 1;
                },
                "k must be in [minimum, 1] for decay=LINEAR, in (0, 1) for EXPONENTIAL and at least"
                        + " 1 for INVERSE_SIGMOID, got decay=%s, k=%s",
                decay,
                k);
    }

    /**
     * Returns the probability that a true token is read.
     *
     * @param step i, the number of steps before
     * @return ε_i, in [0, 1]
     */
    public double truth(long step) {
        return switch (decay) {
            case NONE -> 1;
            case LINEAR -> Math.max(minimum, k - slope * step);
            case EXPONENTIAL -> Math.pow(k, step);
            case INVERSE_SIGMOID -> k / (k + Math.exp(step / k));
        };
    }
}
