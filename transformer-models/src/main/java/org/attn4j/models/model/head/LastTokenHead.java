package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.attn4j.common.Require;
import org.attn4j.models.model.ModelInputs;

/**
 * Classifies sequences by their last token that is no padding, or gives each a number, as
 * decoder-only models do: that token has seen all others. Gives {@code logits} (B, C), and {@code
 * loss} with {@code labels} as {@link SequenceHead} does.
 *
 * <p>Padding is told by its id and not by the mask, as in transformers.
 */
public final class LastTokenHead extends SequenceHead {

    private final Integer padId; // null: there is no padding

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param classes C
     * @param padId the id of padding; null if the model has none, so that it takes one sequence at
     *     a time and its last token
     * @param problemType what the logits are trained to be; null to tell it from the labels
     */
    public LastTokenHead(int modelSize, int classes, Integer padId, ProblemType problemType) {
        super(modelSize, Summary.pooled(0), classes, false, problemType);
        this.padId = padId;
    }

    @Override
    protected NDArray vector(BaseOutput encoded, ModelInputs in) {
        NDArray states = encoded.states(); // (B, T, D)
        NDArray ids = in.get("input_ids"); // (B, T)
        long rows = states.getShape().get(0);
        long length = states.getShape().get(1);
        Require.that(
                padId != null || rows == 1,
                "the model has no pad_token_id, so that it classifies one sequence at a time, got %s",
                rows);
        if (padId == null || ids == null) {
            return states.get(":, {}", length - 1); // (B, D)
        }
        try (NDArray positions = ids.getManager().arange(0, length, 1, DataType.INT32)) {
            NDArray tokens = ids.neq(padId).toType(DataType.INT32, false).mul(positions); // (B, T)
            NDArray last = tokens.max(new int[] {1}); // (B), 0 if all is padding
            return TokenStates.at(states, last); // (B, D)
        }
    }
}
