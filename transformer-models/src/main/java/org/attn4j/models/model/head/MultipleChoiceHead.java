package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Chooses among C texts. All inputs but {@code labels} are (B, C, T); gives {@code logits} (B, C),
 * and {@code loss} with {@code labels} (B) of int64, the right choices.
 */
public final class MultipleChoiceHead extends HeadBlock {

    private final SequenceScores scores;

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param scores from states to logits, with one class
     */
    public MultipleChoiceHead(int modelSize, SequenceScores scores) {
        super(modelSize);
        this.scores = addChildBlock("scores", scores);
    }

    /** Makes a sequence of each choice, (B·C, T). */
    @Override
    public ModelInputs forEncoder(ModelInputs in) {
        Shape shape = in.require("input_ids").getShape();
        if (shape.dimension() != 3) {
            throw new IllegalArgumentException(
                    "input_ids of a choice must be (B, choices, T), got " + shape);
        }
        Map<String, NDArray> rows = new LinkedHashMap<>();
        in.arrays()
                .forEach(
                        (name, array) -> {
                            if (!name.equals("labels")) {
                                rows.put(name, array.reshape(-1, shape.get(2)));
                            }
                        });
        return new ModelInputs(rows, in.observer());
    }

    /** {@inheritDoc} */
    @Override
    public ModelOutputs apply(
            ParameterStore parameters, EncoderOutput encoded, ModelInputs in, boolean training) {
        NDArray ids = in.get("input_ids");
        long choices = ids == null ? 1 : ids.getShape().get(1);
        NDArray logits =
                scores.logits(parameters, encoded, training).reshape(-1, choices); // (B, C)
        return TaskOutputs.of(logits, in, Losses::crossEntropy);
    }

    /** {@inheritDoc} */
    @Override
    public Set<String> inputNames() {
        return TaskOutputs.LABELS;
    }
}
