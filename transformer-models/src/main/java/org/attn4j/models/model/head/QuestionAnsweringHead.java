package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Finds where in a text an answer starts and ends (Devlin et al. 2019, §4.2). Gives {@code
 * start_logits} and {@code end_logits}, both (B, T), and {@code loss} with {@code start_positions}
 * and {@code end_positions} (B).
 */
public class QuestionAnsweringHead extends Head {

    private final float dropout;
    private final LinearBlock projection;

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param dropout the rate; 0 in most families
     */
    public QuestionAnsweringHead(int modelSize, float dropout) {
        this(modelSize, dropout, "start_positions", "end_positions");
    }

    /**
     * Creates a head that looks at more inputs.
     *
     * @param modelSize D
     * @param dropout the rate
     * @param inputNames {@code start_positions}, {@code end_positions} and the others
     */
    protected QuestionAnsweringHead(int modelSize, float dropout, String... inputNames) {
        super(modelSize, inputNames);
        this.dropout = dropout;
        projection = linear("out_proj", 2);
    }

    @Override
    public ModelOutputs apply(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        NDArray logits = logits(parameters, encoded.states(), in, training); // (B, T, 2)
        NDArray start = logits.get(new NDIndex(":, :, 0")); // (B, T)
        NDArray end = logits.get(new NDIndex(":, :, 1")); // (B, T)
        ModelOutputs outputs = ModelOutputs.of("start_logits", start).with("end_logits", end);
        NDArray starts = in.get("start_positions");
        NDArray ends = in.get("end_positions");
        return starts == null || ends == null
                ? outputs
                : outputs.with("loss", Losses.span(start, end, starts, ends));
    }

    /**
     * Scores each token as the start and as the end of the answer.
     *
     * @param parameters where the parameters are found
     * @param states (B, T, D)
     * @param in the model's inputs
     * @param training whether dropout applies
     * @return (B, T, 2)
     */
    protected NDArray logits(
            ParameterStore parameters, NDArray states, ModelInputs in, boolean training) {
        NDArray x = Layers.dropout(states, dropout, training); // (B, T, D)
        return Layers.apply(projection, parameters, x, training);
    }
}
