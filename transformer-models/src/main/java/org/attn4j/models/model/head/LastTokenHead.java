package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;
import java.util.Set;
import org.attn4j.attention.ops.Linear;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Classifies sequences by their last token that is no padding, or gives each a number, as
 * decoder-only models do: that token has seen all others. Gives {@code logits} (B, C), and {@code
 * loss} with {@code labels} as {@link SequenceClassificationHead} does.
 *
 * <p>Padding is told by its id and not by the mask, as in transformers.
 */
public final class LastTokenHead extends HeadBlock {

    private final Integer padId; // null: there is no padding
    private final ProblemType problemType;
    private final Linear projection;

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
        super(modelSize);
        this.padId = padId;
        this.problemType = problemType;
        projection =
                addChildBlock(
                        "out_proj", Linear.builder().setUnits(classes).optBias(false).build());
    }

    /** {@inheritDoc} */
    @Override
    public ModelOutputs apply(
            ParameterStore parameters, EncoderOutput encoded, ModelInputs in, boolean training) {
        NDArray last = last(encoded.states(), in.get("input_ids")); // (B, D)
        NDArray logits = Layers.apply(projection, parameters, last, training); // (B, C)
        return TaskOutputs.of(logits, in, (x, labels) -> ProblemType.loss(problemType, x, labels));
    }

    private NDArray last(NDArray states, NDArray ids) {
        long rows = states.getShape().get(0);
        long length = states.getShape().get(1);
        if (padId == null && rows > 1) {
            throw new IllegalArgumentException(
                    "the model has no pad_token_id, so that it classifies one sequence at a time,"
                            + " got "
                            + rows);
        }
        if (padId == null || ids == null) {
            return states.get(":, {}", length - 1); // (B, D)
        }
        try (NDArray places = ids.getManager().arange(0, length, 1, DataType.INT32)) {
            NDArray tokens = ids.neq(padId).toType(DataType.INT32, false).mul(places); // (B, T)
            NDArray last = tokens.max(new int[] {1}); // (B), 0 if all is padding
            return TokenStates.at(states, last); // (B, D)
        }
    }

    /** {@inheritDoc} */
    @Override
    public Set<String> inputNames() {
        return TaskOutputs.LABELS;
    }
}
