package org.attn4j.models.training;

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
 * @param beta1 Adam's decay rate of the mean
 * @param beta2 Adam's decay rate of the mean of squares
 * @param epsilon Adam's term that keeps the divisor above zero
 * @param weightDecay the decoupled weight decay of AdamW, on weights of two or more dimensions
 *     (norms and biases are left out); 0 for none
 * @param labelSmoothing the probability mass that the target distribution spreads over all classes,
 *     from 0 to below 1
 * @param clipNorm the global norm to which gradients are clipped; 0 for no clipping
 * @param accumulation the number of batches whose gradients make one step
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
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double labelSmoothing,
        double clipNorm,
        int accumulation,
        long validationInterval,
        long checkpointInterval,
        int patience,
        String metric,
        Direction direction,
        int keepBest,
        int keepLast,
        FinalWeights finalWeights,
        long seed) {

    /** {@inheritDoc} */
    public TrainingConfig {
        require(steps >= 0, "steps must not be negative", "steps", steps);
        require(epochs >= 0, "epochs must not be negative", "epochs", epochs);
        require(maxSeconds >= 0, "maxSeconds must not be negative", "maxSeconds", maxSeconds);
        require(patience >= 0, "patience must not be negative", "patience", patience);
        if (steps == 0 && epochs == 0 && maxSeconds == 0 && patience == 0) {
            throw new IllegalArgumentException(
                    "a run needs an end: one of steps, epochs, maxSeconds and patience must be above 0");
        }
        require(schedule != null, "schedule must be given", "schedule", schedule);
        require(decaySteps >= 0, "decaySteps must not be negative", "decaySteps", decaySteps);
        require(beta1 >= 0 && beta1 < 1, "beta1 must lie in [0, 1)", "beta1", beta1);
        require(beta2 >= 0 && beta2 < 1, "beta2 must lie in [0, 1)", "beta2", beta2);
        require(epsilon > 0, "epsilon must be above 0", "epsilon", epsilon);
        require(weightDecay >= 0, "weightDecay must not be negative", "weightDecay", weightDecay);
        require(
                labelSmoothing >= 0 && labelSmoothing < 1,
                "labelSmoothing must lie in [0, 1)",
                "labelSmoothing",
                labelSmoothing);
        require(clipNorm >= 0, "clipNorm must not be negative", "clipNorm", clipNorm);
        require(accumulation >= 1, "accumulation must be at least 1", "accumulation", accumulation);
        require(
                validationInterval >= 0,
                "validationInterval must not be negative",
                "validationInterval",
                validationInterval);
        require(
                checkpointInterval >= 0,
                "checkpointInterval must not be negative",
                "checkpointInterval",
                checkpointInterval);
        require(metric != null && !metric.isBlank(), "metric must be named", "metric", metric);
        direction = direction == null ? Direction.AUTO : direction;
        require(keepBest >= 0, "keepBest must not be negative", "keepBest", keepBest);
        require(keepLast >= 0, "keepLast must not be negative", "keepLast", keepLast);
        require(finalWeights != null, "finalWeights must be given", "finalWeights", finalWeights);
        boolean needsBest =
                finalWeights == FinalWeights.BEST || finalWeights == FinalWeights.AVERAGE_BEST;
        require(
                !needsBest || keepBest >= 1,
                "keepBest must be at least 1 when the final weights are taken from the best",
                "keepBest",
                keepBest);
        require(
                finalWeights != FinalWeights.AVERAGE_LAST || keepLast >= 1,
                "keepLast must be at least 1 when the final weights are the mean of the last",
                "keepLast",
                keepLast);
    }

    private static void require(boolean holds, String rule, String name, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", got " + name + "=" + value);
        }
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
     * Returns a builder with the usual values of a small Transformer.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a builder with the values of this configuration.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        return new Builder(this);
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
     * Returns Adam with the values of this configuration.
     *
     * @param modelSize the model size, which {@link Schedule#NOAM} needs
     * @return the optimiser
     */
    public AdamOptimizer optimizer(int modelSize) {
        return AdamOptimizer.builder()
                .optLearningRate(learningRate(modelSize))
                .optBeta1((float) beta1)
                .optBeta2((float) beta2)
                .optEpsilon((float) epsilon)
                .optWeightDecays((float) weightDecay)
                .build();
    }

    /** Builds a {@link TrainingConfig}. */
    public static final class Builder {

        private long steps;
        private long epochs;
        private long maxSeconds;
        private Schedule schedule = Schedule.INVERSE_SQRT;
        private double learningRate = 1e-3;
        private double finalLearningRate;
        private long warmupSteps = 1000;
        private long decaySteps;
        private double beta1 = 0.9;
        private double beta2 = 0.98;
        private double epsilon = 1e-9;
        private double weightDecay;
        private double labelSmoothing = 0.1;
        private double clipNorm = 1;
        private int accumulation = 1;
        private long validationInterval;
        private long checkpointInterval;
        private int patience;
        private String metric = "loss";
        private Direction direction = Direction.AUTO;
        private int keepBest = 1;
        private int keepLast;
        private FinalWeights finalWeights = FinalWeights.BEST;
        private long seed = 1;

        Builder() {}

        Builder(TrainingConfig config) {
            steps = config.steps;
            epochs = config.epochs;
            maxSeconds = config.maxSeconds;
            schedule = config.schedule;
            learningRate = config.learningRate;
            finalLearningRate = config.finalLearningRate;
            warmupSteps = config.warmupSteps;
            decaySteps = config.decaySteps;
            beta1 = config.beta1;
            beta2 = config.beta2;
            epsilon = config.epsilon;
            weightDecay = config.weightDecay;
            labelSmoothing = config.labelSmoothing;
            clipNorm = config.clipNorm;
            accumulation = config.accumulation;
            validationInterval = config.validationInterval;
            checkpointInterval = config.checkpointInterval;
            patience = config.patience;
            metric = config.metric;
            direction = config.direction;
            keepBest = config.keepBest;
            keepLast = config.keepLast;
            finalWeights = config.finalWeights;
            seed = config.seed;
        }

        /**
         * Sets the number of optimiser steps (default 0, no limit).
         *
         * @param steps the value
         * @return this builder
         */
        public Builder optSteps(long steps) {
            this.steps = steps;
            return this;
        }

        /**
         * Sets the number of times to go through the data (default 0, no limit).
         *
         * @param epochs the value
         * @return this builder
         */
        public Builder optEpochs(long epochs) {
            this.epochs = epochs;
            return this;
        }

        /**
         * Sets the time that the run may take, in seconds (default 0, no limit).
         *
         * @param maxSeconds the value
         * @return this builder
         */
        public Builder optMaxSeconds(long maxSeconds) {
            this.maxSeconds = maxSeconds;
            return this;
        }

        /**
         * Sets the shape of the learning rate (default inverse square root).
         *
         * @param schedule the value
         * @return this builder
         */
        public Builder optSchedule(Schedule schedule) {
            this.schedule = schedule;
            return this;
        }

        /**
         * Sets the learning rate at the end of warm-up (default 0.001).
         *
         * @param learningRate the value
         * @return this builder
         */
        public Builder optLearningRate(double learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        /**
         * Sets the learning rate at the end of a linear or cosine decay (default 0).
         *
         * @param finalLearningRate the value
         * @return this builder
         */
        public Builder optFinalLearningRate(double finalLearningRate) {
            this.finalLearningRate = finalLearningRate;
            return this;
        }

        /**
         * Sets the steps of linear warm-up (default 1,000).
         *
         * @param warmupSteps the value
         * @return this builder
         */
        public Builder optWarmupSteps(long warmupSteps) {
            this.warmupSteps = warmupSteps;
            return this;
        }

        /**
         * Sets the step at which a linear or cosine decay ends (default 0, the last step).
         *
         * @param decaySteps the value
         * @return this builder
         */
        public Builder optDecaySteps(long decaySteps) {
            this.decaySteps = decaySteps;
            return this;
        }

        /**
         * Sets the decay rate of Adam's mean (default 0.9).
         *
         * @param beta1 the value
         * @return this builder
         */
        public Builder optBeta1(double beta1) {
            this.beta1 = beta1;
            return this;
        }

        /**
         * Sets the decay rate of Adam's mean of squares (default 0.98).
         *
         * @param beta2 the value
         * @return this builder
         */
        public Builder optBeta2(double beta2) {
            this.beta2 = beta2;
            return this;
        }

        /**
         * Sets the term that keeps Adam's divisor above zero (default 1e-9).
         *
         * @param epsilon the value
         * @return this builder
         */
        public Builder optEpsilon(double epsilon) {
            this.epsilon = epsilon;
            return this;
        }

        /**
         * Sets the decoupled weight decay (default 0).
         *
         * @param weightDecay the value
         * @return this builder
         */
        public Builder optWeightDecay(double weightDecay) {
            this.weightDecay = weightDecay;
            return this;
        }

        /**
         * Sets the mass that the target distribution spreads over all classes (default 0.1).
         *
         * @param labelSmoothing the value
         * @return this builder
         */
        public Builder optLabelSmoothing(double labelSmoothing) {
            this.labelSmoothing = labelSmoothing;
            return this;
        }

        /**
         * Sets the global norm to which gradients are clipped (default 1).
         *
         * @param clipNorm the value
         * @return this builder
         */
        public Builder optClipNorm(double clipNorm) {
            this.clipNorm = clipNorm;
            return this;
        }

        /**
         * Sets the number of batches whose gradients make one step (default 1).
         *
         * @param accumulation the value
         * @return this builder
         */
        public Builder optAccumulation(int accumulation) {
            this.accumulation = accumulation;
            return this;
        }

        /**
         * Sets the steps between validations (default 0, at the end of each epoch).
         *
         * @param validationInterval the value
         * @return this builder
         */
        public Builder optValidationInterval(long validationInterval) {
            this.validationInterval = validationInterval;
            return this;
        }

        /**
         * Sets the steps between checkpoints beside those at validations (default 0, none).
         *
         * @param checkpointInterval the value
         * @return this builder
         */
        public Builder optCheckpointInterval(long checkpointInterval) {
            this.checkpointInterval = checkpointInterval;
            return this;
        }

        /**
         * Sets the validations without a better score after which the run stops (default 0, never).
         *
         * @param patience the value
         * @return this builder
         */
        public Builder optPatience(int patience) {
            this.patience = patience;
            return this;
        }

        /**
         * Sets the name of the score that tells better from worse (default {@code loss}).
         *
         * @param metric the value
         * @return this builder
         */
        public Builder optMetric(String metric) {
            this.metric = metric;
            return this;
        }

        /**
         * Sets which of two scores is the better one (default: known from the metric's name).
         *
         * @param direction the direction
         * @return this builder
         */
        public Builder optDirection(Direction direction) {
            this.direction = direction;
            return this;
        }

        /**
         * Sets the number of best weights to keep (default 1).
         *
         * @param keepBest the value
         * @return this builder
         */
        public Builder optKeepBest(int keepBest) {
            this.keepBest = keepBest;
            return this;
        }

        /**
         * Sets the number of last validations' weights to keep (default 0).
         *
         * @param keepLast the value
         * @return this builder
         */
        public Builder optKeepLast(int keepLast) {
            this.keepLast = keepLast;
            return this;
        }

        /**
         * Sets the weights that are the result (default the best).
         *
         * @param finalWeights the value
         * @return this builder
         */
        public Builder optFinalWeights(FinalWeights finalWeights) {
            this.finalWeights = finalWeights;
            return this;
        }

        /**
         * Sets the seed of everything random in the run (default 1).
         *
         * @param seed the value
         * @return this builder
         */
        public Builder optSeed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException if a value is out of range
         */
        public TrainingConfig build() {
            return new TrainingConfig(
                    steps,
                    epochs,
                    maxSeconds,
                    schedule,
                    learningRate,
                    finalLearningRate,
                    warmupSteps,
                    decaySteps,
                    beta1,
                    beta2,
                    epsilon,
                    weightDecay,
                    labelSmoothing,
                    clipNorm,
                    accumulation,
                    validationInterval,
                    checkpointInterval,
                    patience,
                    metric,
                    direction,
                    keepBest,
                    keepLast,
                    finalWeights,
                    seed);
        }
    }
}
