package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.ParameterTracker;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.attn4j.attention.ops.AdamSettings;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.OptimizerKernel;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * Adam (Kingma and Ba 2015) with the decoupled weight decay of AdamW (Loshchilov and Hutter 2019),
 * whose state can be saved and restored.
 *
 * <p>A {@link SequenceTrainer} updates all parameters in one call, under their paths in the model.
 * With DJL's own trainer it works like DJL's optimisers, a parameter at a time. Weight decay leaves
 * out arrays of fewer than two dimensions: norms and biases.
 */
public class AdamOptimizer extends Optimizer {

    private static final String MEAN = "mean/";
    private static final String VARIANCE = "variance/";

    private final ParameterTracker learningRate;
    private final float beta1;
    private final float beta2;
    private final float epsilon;
    private final Map<String, Moments> moments = new ConcurrentHashMap<>();
    private long steps;

    /** The state of one parameter on one device. */
    private static final class Moments {

        private final NDArray mean;
        private final NDArray variance;
        private long steps;

        Moments(NDArray mean, NDArray variance, long steps) {
            this.mean = mean;
            this.variance = variance;
            this.steps = steps;
        }
    }

    /**
     * Constructs the optimiser.
     *
     * @param builder the builder
     */
    protected AdamOptimizer(Builder builder) {
        super(builder);
        learningRate = builder.learningRate;
        beta1 = builder.beta1;
        beta2 = builder.beta2;
        epsilon = builder.epsilon;
    }

    /**
     * Returns a builder.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Updates one parameter: the way of DJL's own trainer. */
    @Override
    public void update(String parameterId, NDArray weight, NDArray gradient) {
        String key = parameterId + "@" + weight.getDevice();
        Moments state = moments.computeIfAbsent(key, k -> fresh(weight, null));
        state.steps++;
        steps = Math.max(steps, state.steps);
        update(
                parameterId,
                state.steps,
                new NDList(weight),
                new NDList(gradient),
                new NDList(state.mean),
                new NDList(state.variance),
                1);
        clearGradient(weight);
    }

    /**
     * What DJL's trainer leaves to the optimiser: on PyTorch a backward pass adds to what is there.
     */
    private static void clearGradient(NDArray weight) {
        if (weight.hasGradient()) {
            try (NDArray gradient = weight.getGradient()) {
                Kernels.of(weight.getManager()).optimizer().zero(new NDList(gradient));
            }
        }
    }

    /**
     * Makes one step with all parameters.
     *
     * @param names the names under which the state is kept
     * @param weights the parameters, updated in place
     * @param gradients the gradients
     * @param scale what the gradients are multiplied with first
     * @param manager the manager that keeps the state
     */
    void step(
            List<String> names, NDList weights, NDList gradients, float scale, NDManager manager) {
        steps++;
        Group decayed = new Group();
        Group plain = new Group();
        for (int i = 0; i < names.size(); i++) {
            NDArray weight = weights.get(i);
            Moments state = moments.computeIfAbsent(names.get(i), k -> fresh(weight, manager));
            state.steps = steps;
            Group group = getWeightDecay() > 0 && decays(weight) ? decayed : plain;
            group.add(weight, gradients.get(i), state);
        }
        for (Group group : List.of(decayed, plain)) {
            if (!group.weights.isEmpty()) {
                update(
                        names.get(0),
                        steps,
                        group.weights,
                        group.gradients,
                        group.means,
                        group.variances,
                        scale);
            }
        }
    }

    /** Parameters that are updated alike. */
    private static final class Group {

        private final NDList weights = new NDList();
        private final NDList gradients = new NDList();
        private final NDList means = new NDList();
        private final NDList variances = new NDList();

        void add(NDArray weight, NDArray gradient, Moments state) {
            weights.add(weight);
            gradients.add(gradient);
            means.add(state.mean);
            variances.add(state.variance);
        }
    }

    private static boolean decays(NDArray weight) {
        return weight.getShape().dimension() >= 2;
    }

    private void update(
            String name,
            long step,
            NDList weights,
            NDList gradients,
            NDList means,
            NDList variances,
            float scale) {
        float decay = decays(weights.head()) ? getWeightDecay() : 0;
        AdamSettings settings =
                new AdamSettings(
                        learningRate.getNewValue(name, Math.toIntExact(step)),
                        beta1,
                        beta2,
                        epsilon,
                        decay,
                        true);
        float factor = scale * rescaleGrad;
        OptimizerKernel kernel = Kernels.of(weights.head().getManager()).optimizer();
        if (clipGrad <= 0) {
            kernel.adam(weights, gradients, means, variances, step, settings, factor);
            return;
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDList clipped = new NDList();
            for (NDArray gradient : gradients) {
                clipped.add(Scalars.multiply(gradient, factor).clip(-clipGrad, clipGrad));
            }
            kernel.adam(weights, clipped, means, variances, step, settings, 1);
        }
    }

    private static Moments fresh(NDArray weight, NDManager manager) {
        return new Moments(keep(weight.zerosLike(), manager), keep(weight.zerosLike(), manager), 0);
    }

    /** Takes an array out of the step that makes it. */
    private static NDArray keep(NDArray array, NDManager manager) {
        NDScope.unregister(array);
        if (manager == null) {
            array.detach();
        } else {
            array.attach(manager);
        }
        return array;
    }

    /**
     * Returns the learning rate of a step.
     *
     * @param step the step, from 1
     * @return the rate
     */
    public float learningRateAt(long step) {
        return learningRate.getNewValue("", Math.toIntExact(step));
    }

    /**
     * Returns the number of steps made.
     *
     * @return the number
     */
    public long steps() {
        return steps;
    }

    /**
     * Returns the state to be saved, beside {@link #steps}.
     *
     * @return the running mean and mean of squares of each parameter, as {@code mean/NAME} and
     *     {@code variance/NAME}; the arrays themselves, not copies
     */
    public Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        moments.keySet().stream()
                .sorted()
                .forEach(
                        name -> {
                            state.put(MEAN + name, moments.get(name).mean);
                            state.put(VARIANCE + name, moments.get(name).variance);
                        });
        return state;
    }

    /**
     * Puts back a state.
     *
     * @param state what {@link #state} gave; copied
     * @param steps the number of steps made
     * @param manager the manager that keeps the state
     * @throws IllegalArgumentException if a mean is without a variance of the same shape, or
     *     something is neither; nothing is changed then
     */
    public void restore(Map<String, NDArray> state, long steps, NDManager manager) {
        state.keySet().forEach(key -> requirePair(state, key));
        moments.clear();
        this.steps = steps;
        state.forEach(
                (key, mean) -> {
                    if (key.startsWith(MEAN)) {
                        String name = key.substring(MEAN.length());
                        NDArray variance = state.get(VARIANCE + name);
                        // A copy lies where the engine allocates, aligned as it was in the first
                        // run.
                        moments.put(
                                name,
                                new Moments(
                                        keep(mean.duplicate(), manager),
                                        keep(variance.duplicate(), manager),
                                        steps));
                    }
                });
    }

    private static void requirePair(Map<String, NDArray> state, String key) {
        boolean mean = key.startsWith(MEAN);
        Require.that(
                mean || key.startsWith(VARIANCE),
                "the state of the optimiser must hold means and variances, got %s",
                key);
        String name = key.substring((mean ? MEAN : VARIANCE).length());
        NDArray other = state.get((mean ? VARIANCE : MEAN) + name);
        Require.that(
                other != null && other.getShape().equals(state.get(key).getShape()),
                "the optimiser state of %s is incomplete",
                name);
    }

    /**
     * Puts back a state that has to be whole.
     *
     * @throws IllegalArgumentException if it is not that of these parameters after these steps
     */
    void restore(
            Map<String, NDArray> state, long steps, NDManager manager, Map<String, Shape> shapes) {
        if (steps > 0) {
            shapes.forEach(
                    (name, shape) -> {
                        NDArray mean = state.get(MEAN + name);
                        if (mean == null || !mean.getShape().equals(shape)) {
                            throw new IllegalArgumentException(
                                    "the state of the optimiser must hold the mean of %s, of shape %s, got %s"
                                            .formatted(
                                                    name,
                                                    shape,
                                                    mean == null ? "none" : mean.getShape()));
                        }
                    });
        }
        restore(state, steps, manager);
    }

    /** Builds an {@link AdamOptimizer}. */
    public static final class Builder extends OptimizerBuilder<Builder> {

        private ParameterTracker learningRate = LearningRate.constant(1e-3, 0);
        private float beta1 = 0.9f;
        private float beta2 = 0.999f;
        private float epsilon = 1e-8f;

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
         * Builds the optimiser.
         *
         * @return the optimiser
         */
        public AdamOptimizer build() {
            return new AdamOptimizer(this);
        }
    }
}
