package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.ParameterStore;
import java.util.Set;
import org.attn4j.attention.ops.Linear;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Finds where in a text an answer starts and ends (Devlin et al. 2019, §4.2). Gives {@code
 * start_logits} and {@code end_logits}, both (B, T), and {@code loss} with {@code start_positions}
 * and {@code end_positions} (B).
 */
public final class QuestionAnsweringHead extends HeadBlock {

    private static final Set<String> POSITIONS = Set.of("start_positions", "end_positions");

    private final float dropout;
    private final Linear projection;

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param dropout the rate; 0 in most families
     */
    public QuestionAnsweringHead(int modelSize, float dropout) {
        super(modelSize);
        this.dropout = dropout;
        projection = linear("out_proj", 2);
    }

    /** {@inheritDoc} */
    @Override
    public ModelOutputs apply(
            ParameterStore parameters, EncoderOutput encoded, ModelInputs in, boolean training) {
        NDArray x = Layers.dropout(encoded.states(), dropout, training); // (B, T, D)
        NDArray logits = Layers.apply(projection, parameters, x, training); // (B, T, 2)
        NDArray start = logits.get(new NDIndex(":, :, 0")); // (B, T)
        NDArray end = logits.get(new NDIndex(":, :, 1")); // (B, T)
        ModelOutputs outputs = ModelOutputs.of("start_logits", start).with("end_logits", end);
        NDArray starts = in.get("start_positions");
        NDArray ends = in.get("end_positions");
        return starts == null || ends == null
                ? outputs
                : outputs.with("loss", Losses.span(start, end, starts, ends));
    }

    /** {@inheritDoc} */
    @Override
    public Set<String> inputNames() {
        return POSITIONS;
    }
}
