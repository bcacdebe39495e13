package org.attn4j.models.training;

import ai.djl.training.tracker.ParameterTracker;
import java.util.List;
import org.attn4j.attention.ops.AdamSettings;
import org.attn4j.attention.ops.Kernels;

/**
 * Adam (Kingma and Ba 2015), with the decoupled weight decay of AdamW (Loshchilov and Hutter 2019)
 * unless told otherwise. Of each parameter it keeps the running {@code mean} and mean of squares,
 * {@code variance}.
 */
public class AdamOptimizer extends StatefulOptimizer {

    private final float beta1;
    private final float beta2;
    private final float epsilon;
    private final boolean decoupled;

    /**
     * Constructs the optimiser.
     *
     * @param builder the builder
     */
    protected AdamOptimizer(Builder builder) {
        super(builder, builder.learningRate, List.of("mean", "variance"));
        beta1 = builder.beta1;
        beta2 = builder.beta2;
        epsilon = builder.epsilon;
        decoupled = builder.decoupled;
    }

    /**
     * Returns a builder.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    protected void update(Group group, Step step) {
        AdamSettings settings =
                new AdamSettings(
                        step.learningRate(), beta1, beta2, epsilon, step.weightDecay(), decoupled);
        Kernels.of(group.weights().head().getManager())
                .optimizer()
                .adam(
                        group.weights(),
                        group.gradients(),
                        group.states().get(0),
                        group.states().get(1),
                        step.number(),
                        settings,
                        step.gradientScale());
    }

    /** Builds an {@link AdamOptimizer}. */
    public static final class Builder extends OptimizerBuilder<Builder> {

        private ParameterTracker learningRate = LearningRate.constant(1e-3, 0);
        private float beta1 = 0.9f;
        private float beta2 = 0.999f;
        private float epsilon = 1e-8f;
        private boolean decoupled = true;

        Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the learning rate (default 0.001).
         *
         * @param learningRate the rate as a function of the step
         * @return this builder
         */
        public Builder optLearningRate(ParameterTracker learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        /**
         * Sets the decay rate of the mean (default 0.9).
         *
         * @param beta1 the rate, from 0 to below 1
         * @return this builder
         */
        public Builder optBeta1(float beta1) {
            this.beta1 = beta1;
            return this;
        }

        /**
         * Sets the decay rate of the mean of squares (default 0.999).
         *
         * @param beta2 the rate, from 0 to below 1
         * @return this builder
         */
        public Builder optBeta2(float beta2) {
            this.beta2 = beta2;
            return this;
        }

        /**
         * Sets the term added to the divisor (default 1e-8).
         *
         * @param epsilon the term
         * @return this builder
         */
        public Builder optEpsilon(float epsilon) {
            this.epsilon = epsilon;
            return this;
        }

        /**
         * Sets whether weight decay shrinks the weights directly, which is AdamW, or is added to
         * the gradient.
         *
         * @param decoupled true, the default, for AdamW
         * @return this builder
         */
        public Builder optDecoupled(boolean decoupled) {
            this.decoupled = decoupled;
            return this;
        }

        /**
         * Builds the optimiser.
         *
         * @return the optimiser
         */
        public AdamOptimizer build() {
            return new AdamOptimizer(this);
        }
    }
}
