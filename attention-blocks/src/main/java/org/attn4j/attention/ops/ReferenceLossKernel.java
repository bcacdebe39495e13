package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.index.NDIndex;

/** Cross-entropy in plain array operations, on any engine: the definition of {@link LossKernel}. */
final class ReferenceLossKernel implements LossKernel {

    /** {@inheritDoc} */
    @Override
    public NDArray crossEntropy(NDArray logits, NDArray labels, float smoothing, long ignoreIndex) {
        long classes = logits.getShape().get(1); // V
        NDArray counted = labels.neq(ignoreIndex); // (M)
        NDArray classOf = labels.mul(counted.toType(labels.getDataType(), false)); // (M), in range
        NDArray logProbabilities = logits.logSoftmax(1); // (M, V)
        NDArray right =
                logProbabilities
                        .get(new NDIndex().addAllDim().addPickDim(classOf.expandDims(1)))
                        .squeeze(1); // (M)
        NDArray loss = Scalars.multiply(right, smoothing - 1); // (M)
        if (smoothing > 0) {
            NDArray spread = logProbabilities.sum(new int[] {1}); // (M)
            loss = loss.sub(Scalars.multiply(spread, smoothing / classes));
        }
        return NDArrays.where(counted, loss, loss.zerosLike()).sum();
    }
}
