package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.Set;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Tells whether the second sentence follows the first (Devlin et al. 2019, §3.1, "Next Sentence
 * Prediction"): class 0 if it does. Gives {@code logits} (B, 2), and {@code loss} with {@code
 * labels} (B).
 */
public final class SentencePairHead extends HeadBlock {

    private final SequenceScores scores;

    /**
     * Creates the head.
     *
     * @param modelSize D
     */
    public SentencePairHead(int modelSize) {
        super(modelSize);
        scores = addChildBlock("scores", SequenceScores.ofPooled(modelSize, 0, 2));
    }

    /** {@inheritDoc} */
    @Override
    public ModelOutputs apply(
            ParameterStore parameters, EncoderOutput encoded, ModelInputs in, boolean training) {
        NDArray logits = scores.logits(parameters, encoded, training); // (B, 2)
        return TaskOutputs.of(logits, in, Losses::crossEntropy);
    }

    /** {@inheritDoc} */
    @Override
    public Set<String> inputNames() {
        return TaskOutputs.LABELS;
    }
}
