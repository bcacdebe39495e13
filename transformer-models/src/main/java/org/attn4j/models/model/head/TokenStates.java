package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** The states of one token in each sequence. */
public final class TokenStates {

    private TokenStates() {}

    /**
     * Takes the state of a token, with a gradient for it and on every engine.
     *
     * @param states (B, T, D)
     * @param positions which token of each sequence, (B) of integers
     * @return (B, D)
     */
    public static NDArray at(NDArray states, NDArray positions) {
        long rows = states.getShape().get(0);
        long length = states.getShape().get(1);
        try (NDArray all = positions.getManager().arange(0, length, 1, DataType.INT32)) {
            NDArray chosen =
                    all.reshape(1, length)
                            .broadcast(new Shape(rows, length))
                            .eq(positions.toType(DataType.INT32, false).reshape(rows, 1))
                            .toType(states.getDataType(), false); // (B, T)
            return states.mul(chosen.expandDims(2)).sum(new int[] {1}); // (B, D)
        }
    }
}
