package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Classifies tokens, {@code out_proj(dropout(states))}. Gives {@code logits} (B, T, C), and {@code
 * loss} with {@code labels} (B, T), where {@link Losses#IGNORED} marks positions that do not count.
 */
public final class TokenClassificationHead extends Head {

    private final float dropout;
    private final LinearBlock projection;

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param dropout the rate
     * @param classes C
     */
    public TokenClassificationHead(int modelSize, float dropout, int classes) {
        super(modelSize, "labels");
        this.dropout = dropout;
        projection = linear("out_proj", classes);
    }

    @Override
    public ModelOutputs apply(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        NDArray x = Layers.dropout(encoded.states(), dropout, training); // (B, T, D)
        NDArray logits = Layers.apply(projection, parameters, x, training); // (B, T, C)
        return outputs(logits, in, Losses::crossEntropy);
    }
}
