package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.Consumer;

/**
 * The arithmetic of an optimiser over all parameters at once. Arrays are changed in place, keep
 * their identity, and nothing is recorded for a gradient.
 */
public interface OptimizerKernel {

    /**
     * One step of Adam or AdamW: with {@code g = gradientScale · gradient}, {@code m ← β₁m +
     * (1−β₁)g}, {@code v ← β₂v + (1−β₂)g²}, {@code p ← p − lr · (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) +
     * ε)}, as PyTorch computes it.
     *
     * @param parameters the parameters, changed
     * @param gradients their gradients, in the same order; what they hold afterwards is undefined
     * @param firstMoments the first moments {@code m}, changed
     * @param secondMoments the second moments {@code v}, changed
     * @param step the number {@code t} of this step, from 1
     * @param settings the numbers of the step
     * @param gradientScale what the gradients are multiplied by first, for normalisation and
     *     clipping
     */
    void adam(
            NDList parameters,
            NDList gradients,
            NDList firstMoments,
            NDList secondMoments,
            long step,
            AdamSettings settings,
            float gradientScale);

    /**
     * The Euclidean norm of all elements of all arrays.
     *
     * @param arrays the arrays, at least one
     * @return a scalar on the manager of the first array, for the caller to close
     */
    NDArray globalNorm(NDList arrays);

    /**
     * Sets every element to 0.
     *
     * @param arrays the arrays, changed
     */
    void zero(NDList arrays);

    /**
     * Multiplies every element.
     *
     * @param arrays the arrays, changed
     * @param factor the factor
     */
    void scale(NDList arrays, float factor);

    /**
     * Adds gradients to running sums.
     *
     * @param sums the sums, changed
     * @param gradients what is added, in the same order
     */
    void accumulate(NDList sums, NDList gradients);

    /** One array at a time, on any engine. */
    final class Reference implements OptimizerKernel {

        Reference() {}

        @Override
        public void adam(
                NDList parameters,
                NDList gradients,
                NDList firstMoments,
                NDList secondMoments,
                long step,
                AdamSettings settings,
                float gradientScale) {
            double correction1 = 1 - Math.pow(settings.beta1(), step);
            double correction2 = Math.sqrt(1 - Math.pow(settings.beta2(), step));
            // The engines' update adds epsilon to √v, not to √v / correction2: scale it to the same
            // thing.
            float rate = (float) (settings.learningRate() * correction2 / correction1);
            float epsilon = (float) (settings.epsilon() * correction2);
            float shrink = 1 - settings.learningRate() * settings.weightDecay();
            boolean decays = settings.weightDecay() != 0;
            for (int i = 0; i < parameters.size(); i++) {
                NDArray parameter = parameters.get(i);
                if (decays && settings.decoupled()) {
                    inPlace(parameter, array -> Scalars.scale(array, shrink));
                }
                parameter
                        .getNDArrayInternal()
                        .adamUpdate(
                                new NDList(
                                        parameter,
                                        gradients.get(i),
                                        firstMoments.get(i),
                                        secondMoments.get(i)),
                                new NDList(parameter),
                                settings.learningRate(),
                                rate,
                                settings.decoupled() ? 0 : settings.weightDecay(),
                                gradientScale,
                                -1, // no clipping by value
                                settings.beta1(),
                                settings.beta2(),
                                epsilon,
                                false,
                                false);
            }
        }

        @Override
        public NDArray globalNorm(NDList arrays) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDList squares = new NDList(arrays.size());
                for (NDArray array : arrays) {
                    squares.add(array.stopGradient().square().sum());
                }
                NDArray norm = NDArrays.stack(squares).sum().sqrt();
                norm.attach(arrays.head().getManager());
                NDScope.unregister(norm);
                return norm;
            }
        }

        @Override
        public void zero(NDList arrays) {
            // not a multiplication: 0 · NaN is NaN
            arrays.forEach(
                    array -> inPlace(array, detached -> detached.set(new NDIndex("..."), 0f)));
        }

        @Override
        public void scale(NDList arrays, float factor) {
            arrays.forEach(array -> inPlace(array, detached -> Scalars.scale(detached, factor)));
        }

        @Override
        public void accumulate(NDList sums, NDList gradients) {
            for (int i = 0; i < sums.size(); i++) {
                NDArray gradient = gradients.get(i);
                inPlace(sums.get(i), sum -> sum.addi(gradient));
            }
        }

        /**
         * Changes an array through an alias that shares its memory but is outside of the gradient
         * graph, so that an engine does not refuse to change a parameter in place.
         */
        private static void inPlace(NDArray array, Consumer<NDArray> change) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                change.accept(array.stopGradient());
            }
        }
    }

    /** One call for all arrays. */
    final class Fused implements OptimizerKernel {

        private final TorchModule module;

        Fused(TorchModule module) {
            this.module = module;
        }

        @Override
        public void adam(
                NDList parameters,
                NDList gradients,
                NDList firstMoments,
                NDList secondMoments,
                long step,
                AdamSettings settings,
                float gradientScale) {
            NDArray count = parameters.head().getManager().full(new Shape(), step);
            NDArray numbers =
                    module.vector(
                            settings.learningRate(),
                            settings.beta1(),
                            settings.beta2(),
                            settings.epsilon(),
                            settings.weightDecay(),
                            settings.decoupled() ? 1 : 0,
                            gradientScale);
            List<NDList> lists = List.of(parameters, gradients, firstMoments, secondMoments);
            module.callOnLists("adam", lists, count, numbers).close();
        }

        @Override
        public NDArray globalNorm(NDList arrays) {
            return module.callOnLists("norm", List.of(arrays));
        }

        @Override
        public void zero(NDList arrays) {
            module.callOnLists("zero", List.of(arrays)).close();
        }

        @Override
        public void scale(NDList arrays, float factor) {
            module.callOnLists("scale", List.of(arrays), module.scalar((double) factor)).close();
        }

        @Override
        public void accumulate(NDList sums, NDList gradients) {
            module.callOnLists("accumulate", List.of(sums, gradients)).close();
        }
    }
}
