package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.training.tracker.ParameterTracker;
import java.util.List;
import org.attn4j.attention.ops.OptimizerSteps;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * The optimisers beside Adam, whose state can be saved and restored as well: gradient descent,
 * plain, with momentum or Nesterov's, Adagrad, RMSProp and Adadelta ({@link OptimizerSteps}).
 * Weight decay is added to the gradient, as by PyTorch.
 */
public final class PlainOptimizer extends StatefulOptimizer {

    private final OptimizerKind kind;
    private final float momentum;
    private final float decay;
    private final float epsilon;

    private PlainOptimizer(Builder builder) {
        super(builder, builder.learningRate, slots(builder.kind, builder.momentum));
        kind = builder.kind;
        momentum = builder.momentum;
        decay = builder.decay;
        epsilon = builder.epsilon;
    }

    private static List<String> slots(OptimizerKind kind, float momentum) {
        return switch (kind) {
            case SGD, NAG -> momentum > 0 ? List.of("momentum") : List.of();
            case ADAGRAD -> List.of("sum");
            case RMSPROP -> List.of("variance");
            case ADADELTA -> List.of("variance", "update");
            case ADAM, ADAMW ->
                    throw new IllegalArgumentException(
                            kind + " is an AdamOptimizer: build that one");
        };
    }

    /**
     * Returns a builder.
     *
     * @param kind which optimiser; not Adam, which is an {@link AdamOptimizer}
     * @return the builder
     */
    public static Builder builder(OptimizerKind kind) {
        return new Builder(kind);
    }

    @Override
    protected void update(Group group, Step step) {
        for (int i = 0; i < group.weights().size(); i++) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                update(group, i, step);
            }
        }
    }

    private void update(Group group, int index, Step step) {
        NDArray weight = group.weights().get(index);
        NDArray slope = slope(weight, group.gradients().get(index), step);
        NDArray[] kept =
                group.states().stream().map(slot -> slot.get(index)).toArray(NDArray[]::new);
        float rate = step.learningRate();
        switch (kind) {
            case ADAGRAD -> OptimizerSteps.adagrad(weight, slope, kept[0], rate, epsilon);
            case RMSPROP -> OptimizerSteps.rmsProp(weight, slope, kept[0], rate, decay, epsilon);
            case ADADELTA ->
                    OptimizerSteps.adadelta(weight, slope, kept[0], kept[1], rate, decay, epsilon);
            default -> {
                if (kept.length == 0) {
                    OptimizerSteps.descend(weight, slope, rate);
                } else {
                    OptimizerSteps.momentum(
                            weight, slope, kept[0], rate, momentum, kind == OptimizerKind.NAG);
                }
            }
        }
    }

    private static NDArray slope(NDArray weight, NDArray gradient, Step step) {
        NDArray scaled = Scalars.multiply(gradient.stopGradient(), step.gradientScale());
        return step.weightDecay() == 0
                ? scaled
                : scaled.add(Scalars.multiply(weight.stopGradient(), step.weightDecay()));
    }

    /** Builds a {@link PlainOptimizer}. */
    public static final class Builder extends OptimizerBuilder<Builder> {

        private final OptimizerKind kind;
        private ParameterTracker learningRate = LearningRate.constant(1e-2, 0);
        private float momentum;
        private float decay = 0.9f;
        private float epsilon = 1e-8f;

        private Builder(OptimizerKind kind) {
            this.kind = kind;
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the learning rate (default 0.01).
         *
         * @param learningRate the rate as a function of the step
         * @return this builder
         */
        public Builder optLearningRate(ParameterTracker learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        /**
         * Sets the momentum of gradient descent (default 0: none).
         *
         * @param momentum the momentum, from 0 to below 1
         * @return this builder
         */
        public Builder optMomentum(float momentum) {
            this.momentum = momentum;
            return this;
        }

        /**
         * Sets the decay rate of the means of squares of RMSProp and Adadelta (default 0.9).
         *
         * @param decay the rate, from 0 to below 1
         * @return this builder
         */
        public Builder optDecay(float decay) {
            this.decay = decay;
            return this;
        }

        /**
         * Sets what keeps divisors above zero (default 1e-8).
         *
         * @param epsilon the term
         * @return this builder
         */
        public Builder optEpsilon(float epsilon) {
            this.epsilon = epsilon;
            return this;
        }

        /**
         * Builds the optimiser.
         *
         * @return the optimiser
         * @throws IllegalArgumentException if it is Adam, or a value is out of range
         */
        public PlainOptimizer build() {
            Require.that(
                    momentum >= 0 && momentum < 1,
                    "momentum must lie in [0, 1), got momentum=%s",
                    momentum);
            Require.that(decay >= 0 && decay < 1, "decay must lie in [0, 1), got decay=%s", decay);
            return new PlainOptimizer(this);
        }
    }
}
