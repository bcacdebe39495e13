package org.attn4j.models.training;

import java.nio.file.Path;

/** Hears of what a training run does. All methods are called in the thread of the run. */
public interface RunListener {

    /**
     * The run begins.
     *
     * @param step the steps made before: 0 unless it is resumed
     */
    default void onStart(long step) {}

    /**
     * The model is ready to be trained; follows {@link #onStart}.
     *
     * @param trained how many numbers are trained
     * @param all how many numbers the model has, frozen ones included
     */
    default void onModel(long trained, long all) {}

    /**
     * A step was made.
     *
     * @param progress how the run stands
     */
    default void onStep(StepProgress progress) {}

    /**
     * The data were gone through once more.
     *
     * @param epoch the epoch that ended, from 0
     * @param step the steps made
     */
    default void onEpoch(long epoch, long step) {}

    /**
     * The model was scored.
     *
     * @param report the scores
     */
    default void onValidation(ValidationReport report) {}

    /**
     * A checkpoint was written, from which the run can be resumed.
     *
     * @param directory the checkpoint
     * @param step the steps made
     */
    default void onCheckpoint(Path directory, long step) {}

    /**
     * The run ended and its result is written.
     *
     * @param result the result
     */
    default void onEnd(RunResult result) {}
}
