package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.OptionalInt;
import org.attn4j.attention.ops.Scalars;

/**
 * The places of fairseq's models (RoBERTa, XLM-R, MPNet): tokens are counted from behind the number
 * of the pad token, whose own place is that number. Only ids count; a mask does not.
 */
public final class PaddedPositions {

    private PaddedPositions() {}

    /**
     * Returns how many tokens there are places for.
     *
     * @param padId the id of the pad token
     * @param maxPositions how many places there are
     * @return the places behind that of the pad token
     */
    public static OptionalInt maxTokens(int padId, int maxPositions) {
        return OptionalInt.of(Math.max(maxPositions - padId - 1, 0));
    }

    /**
     * Returns the places of tokens.
     *
     * @param ids (B, T) of int64
     * @param padId the id of the pad token
     * @param maxPositions how many places there are
     * @return (B, T) of int64
     * @throws IllegalArgumentException if a row has more tokens than there are places
     */
    public static NDArray of(NDArray ids, int padId, int maxPositions) {
        NDArray counted = ids.neq(padId).toType(DataType.INT64, false); // (B, T)
        NDArray numbers = counted.cumSum(1).toType(DataType.INT64, false).mul(counted);
        NDArray places = Scalars.add(numbers, padId);
        if (ids.getShape().get(1) + padId >= maxPositions) {
            long last = places.max().toLongArray()[0];
            if (last >= maxPositions) {
                throw new IllegalArgumentException(
                        "the model has places for "
                                + (maxPositions - padId - 1)
                                + " tokens, but a sequence has "
                                + (last - padId)
                                + ": shorten it");
            }
        }
        return places;
    }
}
