package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.Set;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Classifies sequences, or gives each a number. Gives {@code logits} (B, C), and {@code loss} with
 * {@code labels}: (B) of int64 for one class each, (B) or (B, C) of numbers for regression and for
 * several classes each.
 */
public final class SequenceClassificationHead extends HeadBlock {

    private final SequenceScores scores;
    private final ProblemType problemType;

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param scores from states to logits
     * @param problemType what the logits are trained to be; null to tell it from the labels
     */
    public SequenceClassificationHead(
            int modelSize, SequenceScores scores, ProblemType problemType) {
        super(modelSize);
        this.scores = addChildBlock("scores", scores);
        this.problemType = problemType;
    }

    /** {@inheritDoc} */
    @Override
    public ModelOutputs apply(
            ParameterStore parameters, EncoderOutput encoded, ModelInputs in, boolean training) {
        NDArray logits = scores.logits(parameters, encoded, training); // (B, C)
        return TaskOutputs.of(logits, in, (x, labels) -> ProblemType.loss(problemType, x, labels));
    }

    /** {@inheritDoc} */
    @Override
    public Set<String> inputNames() {
        return TaskOutputs.LABELS;
    }
}
