package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.function.UnaryOperator;

/**
 * What surrounds a sublayer: a norm before or after, dropout of its output, and the way around it.
 *
 * @param norm the norm
 * @param order where the norm stands
 * @param dropout dropout of the sublayer's output
 */
record Residual(Block norm, NormOrder order, float dropout) {

    /**
     * Runs a sublayer.
     *
     * @param x (B, T, D)
     * @param sublayer from (B, T, D) to (B, T, D)
     * @return (B, T, D)
     */
    NDArray around(
            ParameterStore parameters,
            NDArray x,
            boolean training,
            UnaryOperator<NDArray> sublayer) {
        return switch (order) {
            case PRE -> x.add(branch(parameters, x, training, sublayer));
            case NORMED -> {
                NDArray normed = Layers.apply(norm, parameters, x, training);
                yield normed.add(Layers.dropout(sublayer.apply(normed), dropout, training));
            }
            case POST -> {
                NDArray sum = x.add(Layers.dropout(sublayer.apply(x), dropout, training));
                yield Layers.apply(norm, parameters, sum, training);
            }
        };
    }

    /**
     * Runs a sublayer behind its norm, without the way around it.
     *
     * @param x (B, T, D)
     * @param sublayer from (B, T, D) to (B, T, D)
     * @return (B, T, D)
     */
    NDArray branch(
            ParameterStore parameters,
            NDArray x,
            boolean training,
            UnaryOperator<NDArray> sublayer) {
        NDArray normed = Layers.apply(norm, parameters, x, training);
        return Layers.dropout(sublayer.apply(normed), dropout, training);
    }
}
