package org.attn4j.attention.align;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.function.Supplier;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Temporaries;

/**
 * Scores with the mask on them, as numbers that an exact mapping can work with.
 *
 * @param shifted the masked scores less the largest of their row, (B, N, T, S), in float32 or wider
 * @param largest the largest masked score of each row, (B, N, T, 1), without a gradient
 * @param mask the mask
 * @param type the type of the scores, which the weights will have
 */
record MaskedScores(NDArray shifted, NDArray largest, MaskArrays mask, DataType type) {

    static MaskedScores of(NDArray scores, MaskArrays mask) {
        NDArray masked = mask.masked(scores);
        NDArray largest = masked.stopGradient().max(new int[] {-1}, true);
        return new MaskedScores(masked.sub(largest), largest, mask, scores.getDataType());
    }

    /** The type that weights are computed in: float32, or float64 for scores of that type. */
    static DataType wide(DataType type) {
        return type == DataType.FLOAT64 ? type : DataType.FLOAT32;
    }

    /** Weights of the type that the scores had, and of exactly zero for hidden keys. */
    NDArray visible(NDArray weights) {
        return mask.keepVisible(weights).toType(type, false);
    }

    /** One where a condition holds and zero elsewhere, in the type of these numbers. */
    NDArray ones(NDArray condition) {
        return condition.toType(shifted.getDataType(), false);
    }

    /** Computes what needs no gradient, and leaves nothing behind but the result. */
    static NDArray search(NDArray like, Supplier<NDArray> search) {
        NDArray found = Temporaries.FREED.of(search);
        found.attach(like.getManager());
        return found;
    }
}
