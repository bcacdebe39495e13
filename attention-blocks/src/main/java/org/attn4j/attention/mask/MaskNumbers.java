package org.attn4j.attention.mask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.attn4j.attention.ops.Scalars;

/**
 * A mask as numbers, for one query length T and one key length S: float32 arrays broadcastable to
 * (B, N, T, S).
 *
 * @param visible one where the key is seen, zero where it is hidden
 * @param additive what is added to the scores: the bias where the key is seen, {@link
 *     AttentionMask#FLOOR} or less where it is hidden
 * @param seeing broadcastable to (B, N, T, 1): one where the query sees any key, zero where it sees
 *     none; null if every query sees some key. The additive form alone would average the values of
 *     a row that is all hidden, so the context is multiplied by this
 */
public record MaskNumbers(NDArray visible, NDArray additive, NDArray seeing) {

    /**
     * What is added to scores so that hidden keys get no weight.
     *
     * @param visible one where the key is seen, zero where it is hidden
     * @return zero where the key is seen, {@link AttentionMask#FLOOR} where it is hidden
     */
    public static NDArray additive(NDArray visible) {
        return Scalars.multiply(Scalars.subtract(visible, 1), -AttentionMask.FLOOR);
    }

    /**
     * Adds a mask to scores. Scores in half precision are widened first, so that no mask overflows.
     *
     * @param scores (B, N, T, S)
     * @param mask the mask; null for none
     * @return the masked scores, in float32 or wider
     */
    public static NDArray masked(NDArray scores, MaskNumbers mask) {
        DataType type = scores.getDataType();
        boolean half = type == DataType.FLOAT16 || type == DataType.BFLOAT16;
        NDArray wide = half ? scores.toType(DataType.FLOAT32, false) : scores;
        return mask == null ? wide : wide.add(mask.additive.toType(wide.getDataType(), false));
    }
}
