package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.common.Require;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Chooses among C texts. All inputs but {@code labels} are (B, C, T); gives {@code logits} (B, C),
 * and {@code loss} with {@code labels} (B) of int64, the right choices.
 */
public final class MultipleChoiceHead extends SequenceHead {

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param summary what of a text is scored
     */
    public MultipleChoiceHead(int modelSize, Summary summary) {
        super(modelSize, summary, 1, ProblemType.SINGLE_LABEL);
    }

    /** Makes a sequence of each choice, (B·C, T). */
    @Override
    public ModelInputs baseInputs(ModelInputs in) {
        Shape shape = in.tokenShape();
        Require.that(
                shape.dimension() == 3,
                "input_ids of a choice must be (B, choices, T), got %s",
                shape);
        return flattened(in);
    }

    @Override
    public ModelOutputs apply(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        boolean alone = in.arrays().isEmpty(); // a block of its own, without the model's inputs
        long choices = alone ? 1 : in.tokenShape().get(1);
        NDArray scores = logits(parameters, encoded, in, training); // (B·C, 1)
        return outputs(scores.reshape(-1, choices), in, Losses::crossEntropy);
    }
}
