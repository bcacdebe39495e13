package org.attn4j.models.training;

import java.util.List;
import java.util.Locale;
import org.attn4j.attention.ops.Precision;
import org.attn4j.common.Require;
import org.attn4j.models.config.Records;

/**
 * How a model is trained: for how long, with what learning rate, loss and optimiser, and what is
 * kept.
 *
 * @param steps the number of optimiser steps to make; 0 for no limit
 * @param epochs the number of times to go through the data; 0 for no limit
 * @param maxSeconds the time that the run may take, earlier parts of a resumed run included; 0 for
 *     no limit
 * @param schedule the shape of the learning rate
 * @param learningRate the learning rate at the end of warm-up; a factor for {@link Schedule#NOAM}
 * @param finalLearningRate the learning rate at the end of a linear or cosine decay
 * @param warmupSteps the steps of linear warm-up
 * @param decaySteps the step at which a linear or cosine decay ends; 0 for {@code steps}
 * @param optimizer which optimiser makes the steps; null for {@link OptimizerKind#ADAMW}
 * @param beta1 Adam's decay rate of the mean
 * @param beta2 the decay rate of the mean of squares, of Adam, RMSProp and Adadelta
 * @param epsilon the term that keeps the optimiser's divisor above zero
 * @param momentum the momentum of gradient descent; 0 for none
 * @param weightDecay the weight decay, decoupled with AdamW and added to the gradient otherwise;
 *     biases and norms are left out; 0 for none
 * @param freeze patterns of the tensors that are not trained, as checkpoints name them: {@code *}
 *     is one part of a name, {@code **} any text, as in {@code bert.embeddings.**}
 * @param layerDecay what the learning rate is multiplied by for each layer from the top down, the
 *     embeddings last; 1 for one rate everywhere
 * @param labelSmoothing the probability mass that the target distribution spreads over all classes,
 *     from 0 to below 1
 * @param clipNorm the global norm to which gradients are clipped; 0 for no clipping
 * @param accumulation the number of batches whose gradients make one step
 * @param precision what large linear maps multiply; null for {@link Precision#FP32}
 * @param checkpointing whether layers are run again for their gradient, with the same dropout,
 *     instead of keeping what they made: less memory, more time; on PyTorch alone
 * @param validationInterval the steps between validations; 0 to validate at the end of each epoch
 * @param checkpointInterval the steps between checkpoints; there is also one at each validation and
 *     at the end, and 0 means those alone
 * @param patience the validations without a better score after which the run stops; 0 for never
 * @param metric the name of the score that tells better from worse
 * @param direction which of two scores is the better one; null for {@link Direction#AUTO}
 * @param keepBest how many of the best weights are kept
 * @param keepLast how many of the last validations' weights are kept
 * @param finalWeights which weights are the result
 * @param seed the seed of everything random in the run
 */
public record TrainingConfig(
        long steps,
        long epochs,
        long maxSeconds,
        Schedule schedule,
        double learningRate,
        double finalLearningRate,
        long warmupSteps,
        long decaySteps,
        OptimizerKind optimizer,
        double beta1,
        double beta2,
        double epsilon,
        double momentum,
        double weightDecay,
        List<String> freeze,
        double layerDecay,
        double labelSmoothing,
        double clipNorm,
        int accumulation,
        Precision precision,
        boolean checkpointing,
        long validationInterval,
        long checkpointInterval,
        int patience,
        String metric,
        Direction direction,
        int keepBest,
        int keepLast,
        FinalWeights finalWeights,
        long seed) {

    private static final TrainingConfig USUAL =
            new TrainingConfig(
                    0,
                    1,
                    0,
                    Schedule.INVERSE_SQRT,
                    1e-3,
                    0,
                    1000,
                    0,
                    OptimizerKind.ADAMW,
                    0.9,
                    0.98,
                    1e-9,
                    0,
                    0,
                    List.of(),
                    1,
                    0.1,
                    1,
                    1,
                    Precision.FP32,
                    false,
                    0,
                    0,
                    0,
                    "loss",
                    Direction.AUTO,
                    1,
                    0,
                    FinalWeights.BEST,
                    1);

    public TrainingConfig {
        Require.that(steps >= 0, "steps must not be negative, got steps=%s", steps);
        Require.that(epochs >= 0, "epochs must not be negative, got epochs=%s", epochs);
        Require.that(
                maxSeconds >= 0, "maxSeconds must not be negative, got maxSeconds=%s", maxSeconds);
        Require.that(patience >= 0, "patience must not be negative, got patience=%s", patience);
        Require.that(
                steps != 0 || epochs != 0 || maxSeconds != 0 || patience != 0,
                "a run needs an end: one of steps, epochs, maxSeconds and patience must"
                        + " be above 0");
        Require.that(schedule != null, "schedule must be given, got schedule=%s", schedule);
        Require.that(
                decaySteps >= 0, "decaySteps must not be negative, got decaySteps=%s", decaySteps);
        optimizer = optimizer == null ? OptimizerKind.ADAMW : optimizer;
        Require.that(beta1 >= 0 && beta1 < 1, "beta1 must lie in [0, 1), got beta1=%s", beta1);
        Require.that(beta2 >= 0 && beta2 < 1, "beta2 must lie in [0, 1), got beta2=%s", beta2);
        Require.that(epsilon > 0, "epsilon must be above 0, got epsilon=%s", epsilon);
        Require.that(
                momentum >= 0 && momentum < 1,
                "momentum must lie in [0, 1), got momentum=%s",
                momentum);
        Require.that(
                momentum == 0 || optimizer.hasMomentum(),
                "momentum is of the optimizers sgd and nag, got optimizer=%s, momentum=%s",
                optimizer.name().toLowerCase(Locale.ROOT),
                momentum);
        Require.that(
                momentum > 0 || optimizer != OptimizerKind.NAG,
                "momentum must be above 0 with the optimizer nag, got momentum=%s",
                momentum);
        freeze = freeze == null ? List.of() : List.copyOf(freeze);
        Require.that(
                layerDecay > 0 && layerDecay <= 1,
                "layerDecay must lie in (0, 1], got layerDecay=%s",
                layerDecay);
        Require.that(
                weightDecay >= 0,
                "weightDecay must not be negative, got weightDecay=%s",
                weightDecay);
        Require.that(
                labelSmoothing >= 0 && labelSmoothing < 1,
                "labelSmoothing must lie in [0, 1), got labelSmoothing=%s",
                labelSmoothing);
        Require.that(clipNorm >= 0, "clipNorm must not be negative, got clipNorm=%s", clipNorm);
        Require.that(
                accumulation >= 1,
                "accumulation must be at least 1, got accumulation=%s",
                accumulation);
        precision = precision == null ? Precision.FP32 : precision;
        Require.that(
                precision != Precision.INT8,
                "precision of a training must be fp32 or bf16, got %s",
                precision);
        Require.that(
                validationInterval >= 0,
                "validationInterval must not be negative, got validationInterval=%s",
                validationInterval);
        Require.that(
                checkpointInterval >= 0,
                "checkpointInterval must not be negative, got checkpointInterval=%s",
                checkpointInterval);
        Require.that(
                metric != null && !metric.isBlank(), "metric must be named, got metric=%s", metric);
        direction = direction == null ? Direction.AUTO : direction;
        Require.that(keepBest >= 0, "keepBest must not be negative, got keepBest=%s", keepBest);
        Require.that(keepLast >= 0, "keepLast must not be negative, got keepLast=%s", keepLast);
        Require.that(
                finalWeights != null,
                "finalWeights must be given, got finalWeights=%s",
                finalWeights);
        boolean needsBest =
                finalWeights == FinalWeights.BEST || finalWeights == FinalWeights.AVERAGE_BEST;
        Require.that(
                !needsBest || keepBest >= 1,
                "keepBest must be at least 1 when the final weights are taken from the best, got keepBest=%s",
                keepBest);
        Require.that(
                finalWeights != FinalWeights.AVERAGE_LAST || keepLast >= 1,
                "keepLast must be at least 1 when the final weights are the mean of the last, got keepLast=%s",
                keepLast);
    }

    /**
     * Returns whether a higher score is the better one.
     *
     * @return whether it is
     */
    public boolean higherIsBetter() {
        return direction.isHigher(metric);
    }

    /**
     * Returns the usual values of a small Transformer, for a number of steps.
     *
     * @param steps the number of optimiser steps to make
     * @return the configuration
     */
    public static TrainingConfig ofSteps(long steps) {
        return Records.with(USUAL, "steps", steps, "epochs", 0L);
    }

    /**
     * Returns the usual values of a small Transformer, for a number of epochs.
     *
     * @param epochs the number of times to go through the data
     * @return the configuration
     */
    public static TrainingConfig ofEpochs(long epochs) {
        return Records.with(USUAL, "epochs", epochs);
    }

    /**
     * Returns this with another value of {@code steps}.
     *
     * @param steps the number of optimiser steps to make; 0 for no limit
     * @return the changed configuration
     */
    public TrainingConfig withSteps(long steps) {
        return Records.with(this, "steps", steps);
    }

    /**
     * Returns this with another value of {@code epochs}.
     *
     * @param epochs the number of times to go through the data; 0 for no limit
     * @return the changed configuration
     */
    public TrainingConfig withEpochs(long epochs) {
        return Records.with(this, "epochs", epochs);
    }

    /**
     * Returns this with another value of {@code maxSeconds}.
     *
     * @param maxSeconds the time that the run may take, earlier parts of a resumed run included; 0
     *     for no limit
     * @return the changed configuration
     */
    public TrainingConfig withMaxSeconds(long maxSeconds) {
        return Records.with(this, "maxSeconds", maxSeconds);
    }

    /**
     * Returns this with another value of {@code schedule}.
     *
     * @param schedule the shape of the learning rate
     * @return the changed configuration
     */
    public TrainingConfig withSchedule(Schedule schedule) {
        return Records.with(this, "schedule", schedule);
    }

    /**
     * Returns this with another value of {@code learningRate}.
     *
     * @param learningRate the learning rate at the end of warm-up; a factor for {@link
     *     Schedule#NOAM}
     * @return the changed configuration
     */
    public TrainingConfig withLearningRate(double learningRate) {
        return Records.with(this, "learningRate", learningRate);
    }

    /**
     * Returns this with another value of {@code finalLearningRate}.
     *
     * @param finalLearningRate the learning rate at the end of a linear or cosine decay
     * @return the changed configuration
     */
    public TrainingConfig withFinalLearningRate(double finalLearningRate) {
        return Records.with(this, "finalLearningRate", finalLearningRate);
    }

    /**
     * Returns this with another value of {@code warmupSteps}.
     *
     * @param warmupSteps the steps of linear warm-up
     * @return the changed configuration
     */
    public TrainingConfig withWarmupSteps(long warmupSteps) {
        return Records.with(this, "warmupSteps", warmupSteps);
    }

    /**
     * Returns this with another value of {@code decaySteps}.
     *
     * @param decaySteps the step at which a linear or cosine decay ends; 0 for {@code steps}
     * @return the changed configuration
     */
    public TrainingConfig withDecaySteps(long decaySteps) {
        return Records.with(this, "decaySteps", decaySteps);
    }

    /**
     * Returns this with another value of {@code beta1}.
     *
     * @param beta1 Adam's decay rate of the mean
     * @return the changed configuration
     */
    public TrainingConfig withBeta1(double beta1) {
        return Records.with(this, "beta1", beta1);
    }

    /**
     * Returns this with another value of {@code beta2}.
     *
     * @param beta2 the decay rate of the mean of squares, of Adam, RMSProp and Adadelta
     * @return the changed configuration
     */
    public TrainingConfig withBeta2(double beta2) {
        return Records.with(this, "beta2", beta2);
    }

    /**
     * Returns this with another value of {@code epsilon}.
     *
     * @param epsilon the term that keeps the optimiser's divisor above zero
     * @return the changed configuration
     */
    public TrainingConfig withEpsilon(double epsilon) {
        return Records.with(this, "epsilon", epsilon);
    }

    /**
     * Returns this with another value of {@code weightDecay}.
     *
     * @param weightDecay the weight decay; biases and norms are left out; 0 for none
     * @return the changed configuration
     */
    public TrainingConfig withWeightDecay(double weightDecay) {
        return Records.with(this, "weightDecay", weightDecay);
    }

    /**
     * Returns this with another value of {@code optimizer}.
     *
     * @param optimizer which optimiser makes the steps
     * @return the changed configuration
     */
    public TrainingConfig withOptimizer(OptimizerKind optimizer) {
        return Records.with(this, "optimizer", optimizer);
    }

    /**
     * Returns this with gradient descent, with or without momentum.
     *
     * @param momentum the momentum; 0 for none
     * @return the changed configuration
     */
    public TrainingConfig withMomentum(double momentum) {
        return Records.with(this, "optimizer", OptimizerKind.SGD, "momentum", momentum);
    }

    /**
     * Returns this with another value of {@code freeze}.
     *
     * @param patterns patterns of the tensors that are not trained
     * @return the changed configuration
     */
    public TrainingConfig withFreeze(String... patterns) {
        return Records.with(this, "freeze", List.of(patterns));
    }

    /**
     * Returns this with another value of {@code layerDecay}.
     *
     * @param layerDecay what the learning rate is multiplied by for each layer from the top down
     * @return the changed configuration
     */
    public TrainingConfig withLayerDecay(double layerDecay) {
        return Records.with(this, "layerDecay", layerDecay);
    }

    /**
     * Returns this with another value of {@code labelSmoothing}.
     *
     * @param labelSmoothing the probability mass that the target distribution spreads over all
     *     classes, from 0 to below 1
     * @return the changed configuration
     */
    public TrainingConfig withLabelSmoothing(double labelSmoothing) {
        return Records.with(this, "labelSmoothing", labelSmoothing);
    }

    /**
     * Returns this with another value of {@code clipNorm}.
     *
     * @param clipNorm the global norm to which gradients are clipped; 0 for no clipping
     * @return the changed configuration
     */
    public TrainingConfig withClipNorm(double clipNorm) {
        return Records.with(this, "clipNorm", clipNorm);
    }

    /**
     * Returns this with another value of {@code accumulation}.
     *
     * @param accumulation the number of batches whose gradients make one step
     * @return the changed configuration
     */
    public TrainingConfig withAccumulation(int accumulation) {
        return Records.with(this, "accumulation", accumulation);
    }

    /**
     * Returns this with another value of {@code precision}.
     *
     * @param precision what large linear maps multiply
     * @return the changed configuration
     */
    public TrainingConfig withPrecision(Precision precision) {
        return Records.with(this, "precision", precision);
    }

    /**
     * Returns this with another value of {@code checkpointing}.
     *
     * @param checkpointing whether layers are run again for their gradient
     * @return the changed configuration
     */
    public TrainingConfig withCheckpointing(boolean checkpointing) {
        return Records.with(this, "checkpointing", checkpointing);
    }

    /**
     * Returns this with another value of {@code validationInterval}.
     *
     * @param validationInterval the steps between validations; 0 to validate at the end of each
     *     epoch
     * @return the changed configuration
     */
    public TrainingConfig withValidationInterval(long validationInterval) {
        return Records.with(this, "validationInterval", validationInterval);
    }

    /**
     * Returns this with another value of {@code checkpointInterval}.
     *
     * @param checkpointInterval the steps between checkpoints; there is also one at each validation
     *     and at the end, and 0 means those alone
     * @return the changed configuration
     */
    public TrainingConfig withCheckpointInterval(long checkpointInterval) {
        return Records.with(this, "checkpointInterval", checkpointInterval);
    }

    /**
     * Returns this with another value of {@code patience}.
     *
     * @param patience the validations without a better score after which the run stops; 0 for never
     * @return the changed configuration
     */
    public TrainingConfig withPatience(int patience) {
        return Records.with(this, "patience", patience);
    }

    /**
     * Returns this with another value of {@code metric}.
     *
     * @param metric the name of the score that tells better from worse
     * @return the changed configuration
     */
    public TrainingConfig withMetric(String metric) {
        return Records.with(this, "metric", metric);
    }

    /**
     * Returns this with another value of {@code direction}.
     *
     * @param direction which of two scores is the better one; null for {@link Direction#AUTO}
     * @return the changed configuration
     */
    public TrainingConfig withDirection(Direction direction) {
        return Records.with(this, "direction", direction);
    }

    /**
     * Returns this with another value of {@code keepBest}.
     *
     * @param keepBest how many of the best weights are kept
     * @return the changed configuration
     */
    public TrainingConfig withKeepBest(int keepBest) {
        return Records.with(this, "keepBest", keepBest);
    }

    /**
     * Returns this with another value of {@code keepLast}.
     *
     * @param keepLast how many of the last validations' weights are kept
     * @return the changed configuration
     */
    public TrainingConfig withKeepLast(int keepLast) {
        return Records.with(this, "keepLast", keepLast);
    }

    /**
     * Returns this with another value of {@code finalWeights}.
     *
     * @param finalWeights which weights are the result
     * @return the changed configuration
     */
    public TrainingConfig withFinalWeights(FinalWeights finalWeights) {
        return Records.with(this, "finalWeights", finalWeights);
    }

    /**
     * Returns this with another value of {@code seed}.
     *
     * @param seed the seed of everything random in the run
     * @return the changed configuration
     */
    public TrainingConfig withSeed(long seed) {
        return Records.with(this, "seed", seed);
    }

    /**
     * Returns whether the rate falls until the last epoch, so that only the data tell at which step
     * it reaches its floor.
     *
     * @return whether it is so; then {@link #withDecaySteps} is to be told before there is a
     *     schedule
     */
    public boolean decaysOverEpochs() {
        boolean falls = schedule == Schedule.LINEAR || schedule == Schedule.COSINE;
        return falls && epochs > 0 && decaySteps == 0;
    }

    /**
     * Returns the learning rate over the steps.
     *
     * @param modelSize the model size, which {@link Schedule#NOAM} needs
     * @return the schedule
     * @throws IllegalArgumentException if the values do not make a schedule
     */
    public LearningRate learningRate(int modelSize) {
        long end = decaySteps > 0 ? decaySteps : steps;
        return new LearningRate(
                schedule, learningRate, warmupSteps, end, finalLearningRate, modelSize);
    }

    /**
     * Returns the optimiser with the values of this configuration.
     *
     * @param modelSize the model size, which {@link Schedule#NOAM} needs
     * @return the optimiser
     */
    public StatefulOptimizer optimizer(int modelSize) {
        if (optimizer == OptimizerKind.ADAM || optimizer == OptimizerKind.ADAMW) {
            return AdamOptimizer.builder()
                    .optLearningRate(learningRate(modelSize))
                    .optBeta1((float) beta1)
                    .optBeta2((float) beta2)
                    .optEpsilon((float) epsilon)
                    .optWeightDecays((float) weightDecay)
                    .optDecoupled(optimizer == OptimizerKind.ADAMW)
                    .build();
        }
        return PlainOptimizer.builder(optimizer)
                .optLearningRate(learningRate(modelSize))
                .optMomentum((float) momentum)
                .optDecay((float) beta2)
                .optEpsilon((float) epsilon)
                .optWeightDecays((float) weightDecay)
                .build();
    }
}
