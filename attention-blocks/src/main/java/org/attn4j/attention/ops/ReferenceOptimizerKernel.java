package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import java.util.function.Consumer;

/** The optimiser's arithmetic one array at a time, on any engine. */
final class ReferenceOptimizerKernel implements OptimizerKernel {

    /** {@inheritDoc} */
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

    /** {@inheritDoc} */
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

    /** {@inheritDoc} */
    @Override
    public void zero(NDList arrays) {
        // not a multiplication: 0 · NaN is NaN
        arrays.forEach(array -> inPlace(array, detached -> detached.set(new NDIndex("..."), 0f)));
    }

    /** {@inheritDoc} */
    @Override
    public void scale(NDList arrays, float factor) {
        arrays.forEach(array -> inPlace(array, detached -> Scalars.scale(detached, factor)));
    }

    /** {@inheritDoc} */
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
