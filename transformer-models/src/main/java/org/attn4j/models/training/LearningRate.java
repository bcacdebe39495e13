package org.attn4j.models.training;

import ai.djl.training.tracker.Tracker;
import java.util.Locale;
import org.attn4j.common.Require;

/**
 * A learning rate as a function of the step, and of nothing else: the same step always gives the
 * same rate, so there is nothing to save of it.
 *
 * <p>Steps count from 1, as DJL's optimisers count updates. During warm-up, step {@code t} of
 * {@code warmupSteps} has the rate {@code peak * t / warmupSteps}.
 *
 * @param schedule the shape
 * @param peak the rate at the end of warm-up; for {@link Schedule#NOAM} the factor before the
 *     formula (1 in the paper)
 * @param warmupSteps the steps of linear warm-up; 0 for none
 * @param totalSteps the step at which {@link Schedule#LINEAR} and {@link Schedule#COSINE} reach the
 *     floor, after which they stay there; other shapes leave it aside
 * @param floor the rate at the end of the decay
 * @param modelSize the model size in {@link Schedule#NOAM}'s formula; other shapes leave it aside
 */
public record LearningRate(
        Schedule schedule,
        double peak,
        long warmupSteps,
        long totalSteps,
        double floor,
        int modelSize)
        implements Tracker {

    public LearningRate {
        Require.that(
                peak > 0 && peak < Double.POSITIVE_INFINITY,
                "learningRate must be above 0, got learningRate=%s",
                peak);
        Require.that(
                warmupSteps >= 0,
                "warmupSteps must not be negative, got warmupSteps=%s",
                warmupSteps);
        boolean decaysToFloor = schedule == Schedule.LINEAR || schedule == Schedule.COSINE;
        Require.that(
                !decaysToFloor || totalSteps > warmupSteps,
                "a %s schedule needs more steps than warmupSteps, got steps=%s, warmupSteps=%s",
                schedule.name().toLowerCase(Locale.ROOT),
                totalSteps,
                warmupSteps);
        Require.that(
                floor >= 0 && floor <= peak,
                "the final learning rate must lie between 0 and learningRate, got floor=%s",
                floor);
        boolean needsWarmup = schedule == Schedule.NOAM || schedule == Schedule.INVERSE_SQRT;
        Require.that(
                !needsWarmup || warmupSteps > 0,
                "warmupSteps must be above 0 for this schedule, got warmupSteps=%s",
                warmupSteps);
        Require.that(
                schedule != Schedule.NOAM || modelSize > 0,
                "modelSize must be above 0 for the noam schedule, got modelSize=%s",
                modelSize);
    }

    /**
     * Returns a rate that stays after warm-up.
     *
     * @param rate the rate
     * @param warmupSteps the steps of warm-up
     * @return the schedule
     */
    public static LearningRate constant(double rate, long warmupSteps) {
        return new LearningRate(Schedule.CONSTANT, rate, warmupSteps, 0, 0, 0);
    }

    /**
     * Returns {@code factor * modelSize^-0.5 * min(t^-0.5, t * warmupSteps^-1.5)}: Vaswani et al.
     * 2017, equation 3.
     *
     * @param modelSize the model size
     * @param warmupSteps the steps of warm-up (4,000 in the paper)
     * @param factor the factor (1 in the paper)
     * @return the schedule
     */
    public static LearningRate noam(int modelSize, long warmupSteps, double factor) {
        return new LearningRate(Schedule.NOAM, factor, warmupSteps, 0, 0, modelSize);
    }

    /**
     * Returns a rate that rises to a peak and then falls as {@code peak * sqrt(warmupSteps / t)}.
     *
     * @param peak the rate at the end of warm-up
     * @param warmupSteps the steps of warm-up
     * @return the schedule
     */
    public static LearningRate inverseSqrt(double peak, long warmupSteps) {
        return new LearningRate(Schedule.INVERSE_SQRT, peak, warmupSteps, 0, 0, 0);
    }

    /**
     * Returns a rate that rises to a peak and falls in a line to a floor.
     *
     * @param peak the rate at the end of warm-up
     * @param warmupSteps the steps of warm-up
     * @param totalSteps the step at which the floor is reached
     * @param floor the rate from then on
     * @return the schedule
     */
    public static LearningRate linear(
            double peak, long warmupSteps, long totalSteps, double floor) {
        return new LearningRate(Schedule.LINEAR, peak, warmupSteps, totalSteps, floor, 0);
    }

    /**
     * Returns a rate that rises to a peak and falls along half a cosine to a floor.
     *
     * @param peak the rate at the end of warm-up
     * @param warmupSteps the steps of warm-up
     * @param totalSteps the step at which the floor is reached
     * @param floor the rate from then on
     * @return the schedule
     */
    public static LearningRate cosine(
            double peak, long warmupSteps, long totalSteps, double floor) {
        return new LearningRate(Schedule.COSINE, peak, warmupSteps, totalSteps, floor, 0);
    }

    /**
     * Returns the rate of a step.
     *
     * @param step the step, from 1
     * @return the rate
     */
    public double at(long step) {
        if (schedule == Schedule.NOAM) {
            return peak
                    / Math.sqrt(modelSize)
                    * Math.min(1 / Math.sqrt(step), step * Math.pow(warmupSteps, -1.5));
        }
        if (step < warmupSteps) {
            return peak * step / warmupSteps;
        }
        return switch (schedule) {
            case CONSTANT, NOAM -> peak;
            case INVERSE_SQRT -> peak * Math.sqrt((double) warmupSteps / step);
            case LINEAR -> floor + (peak - floor) * (1 - decayed(step));
            case COSINE -> floor + (peak - floor) * (1 + Math.cos(Math.PI * decayed(step))) / 2;
        };
    }

    /** How much of the decay is over, from 0 at the end of warm-up to 1 at the last step. */
    private double decayed(long step) {
        return Math.min(1, (double) (step - warmupSteps) / (totalSteps - warmupSteps));
    }

    @Override
    public float getNewValue(int numUpdate) {
        return (float) at(numUpdate);
    }
}
