package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/** The optimiser's arithmetic, one call for all arrays. */
final class FusedOptimizerKernel implements OptimizerKernel {

    private final TorchModule module;

    FusedOptimizerKernel(TorchModule module) {
        this.module = module;
    }

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

    /** {@inheritDoc} */
    @Override
    public NDArray globalNorm(NDList arrays) {
        return module.callOnLists("norm", List.of(arrays));
    }

    /** {@inheritDoc} */
    @Override
    public void zero(NDList arrays) {
        module.callOnLists("zero", List.of(arrays)).close();
    }

    /** {@inheritDoc} */
    @Override
    public void scale(NDList arrays, float factor) {
        module.callOnLists("scale", List.of(arrays), module.scalar((double) factor)).close();
    }

    /** {@inheritDoc} */
    @Override
    public void accumulate(NDList sums, NDList gradients) {
        module.callOnLists("accumulate", List.of(sums, gradients)).close();
    }
}
