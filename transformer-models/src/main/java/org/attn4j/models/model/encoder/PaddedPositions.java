package org.attn4j.models.model.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.OptionalInt;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;
import org.attn4j.models.model.ModelInputs;

/**
 * The positions of fairseq's models (RoBERTa, XLM-R, MPNet): tokens are counted from behind the
 * number of the pad token, whose own position is that number. Only ids count; a mask does not.
 *
 * @param padId the id of the pad token
 * @param maxPositions how many positions there are
 */
public record PaddedPositions(int padId, int maxPositions) {

    /**
     * Returns how many tokens there are positions for.
     *
     * @return the positions behind that of the pad token
     */
    public OptionalInt maxTokens() {
        return OptionalInt.of(Math.max(maxPositions - padId - 1, 0));
    }

    /**
     * Returns the positions of tokens.
     *
     * @param in the inputs: {@code position_ids}, or else {@code input_ids} that are counted;
     *     {@code inputs_embeds} are counted as if none were padding, as in transformers
     * @return (B, T) of int64, or (T)
     * @throws IllegalArgumentException if a row has more tokens than there are positions
     */
    public NDArray of(ModelInputs in) {
        NDArray given = in.ids("position_ids", maxPositions);
        if (given != null) {
            return given;
        }
        NDArray vectors = in.get("inputs_embeds");
        return vectors == null
                ? counted(in.require("input_ids"))
                : counted(vectors.getManager(), Math.toIntExact(in.tokenShape().get(1)));
    }

    private NDArray counted(NDManager manager, int tokens) {
        requirePositions(tokens);
        return manager.arange(padId + 1, padId + 1 + tokens, 1, DataType.INT64);
    }

    private NDArray counted(NDArray ids) {
        NDArray tokens = ids.neq(padId).toType(DataType.INT64, false); // (B, T)
        NDArray numbers = tokens.cumSum(1).toType(DataType.INT64, false).mul(tokens);
        NDArray positions = Scalars.add(numbers, padId);
        if (ids.getShape().get(1) + padId >= maxPositions) {
            requirePositions(positions.max().toLongArray()[0] - padId);
        }
        return positions;
    }

    private void requirePositions(long tokens) {
        Require.that(
                tokens + padId < maxPositions,
                "the model has positions for %s tokens, but a sequence has %s: shorten it",
                maxPositions - padId - 1,
                tokens);
    }
}
