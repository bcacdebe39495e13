package org.attn4j.models.family.electra;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.Set;
import org.attn4j.attention.ops.Linear;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.head.EncoderOutput;
import org.attn4j.models.model.head.HeadBlock;
import org.attn4j.models.model.head.Losses;

/**
 * Tells which tokens a generator replaced (Clark et al. 2020, §2). Gives {@code logits} (B, T),
 * above 0 for a token that it takes for replaced, and {@code loss} with {@code labels} (B, T) of 0
 * and 1: the binary cross-entropy over the tokens that {@code attention_mask} shows.
 */
public final class ReplacedTokenHead extends HeadBlock {

    private final Activation activation;
    private final Linear dense;
    private final Linear projection;

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param activation the activation
     */
    public ReplacedTokenHead(int modelSize, Activation activation) {
        super(modelSize);
        this.activation = activation;
        dense = linear("dense", modelSize);
        projection = linear("out_proj", 1);
    }

    /** {@inheritDoc} */
    @Override
    public ModelOutputs apply(
            ParameterStore parameters, EncoderOutput encoded, ModelInputs in, boolean training) {
        NDArray x = Layers.apply(dense, parameters, encoded.states(), training); // (B, T, D)
        NDArray logits =
                Layers.apply(projection, parameters, activation.apply(x), training)
                        .squeeze(-1); // (B, T)
        NDArray labels = in.get("labels");
        NDArray mask = in.get("attention_mask");
        ModelOutputs outputs = ModelOutputs.of("logits", logits);
        if (labels == null) {
            return outputs;
        }
        return outputs.with(
                "loss",
                mask == null
                        ? Losses.binaryCrossEntropy(logits, labels)
                        : Losses.binaryCrossEntropy(logits, labels, mask));
    }

    /** {@inheritDoc} */
    @Override
    public Set<String> inputNames() {
        return Set.of("labels");
    }
}
