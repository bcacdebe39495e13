package org.attn4j.models.family.electra;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.head.BaseOutput;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.Losses;

/**
 * Tells which tokens a generator replaced (Clark et al. 2020, §2). Gives {@code logits} (B, T),
 * above 0 for a token that it takes for replaced, and {@code loss} with {@code labels} (B, T) of 0
 * and 1: the binary cross-entropy over the tokens that {@code attention_mask} shows.
 */
public final class ReplacedTokenHead extends Head {

    private final Activation activation;
    private final LinearBlock dense;
    private final LinearBlock projection;

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param activation the activation
     */
    public ReplacedTokenHead(int modelSize, Activation activation) {
        super(modelSize, "labels");
        this.activation = activation;
        dense = linear("dense", modelSize);
        projection = linear("out_proj", 1);
    }

    @Override
    public ModelOutputs apply(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        NDArray inner = Layers.apply(dense, parameters, encoded.states(), training); // (B, T, D)
        NDArray logits =
                Layers.apply(projection, parameters, activation.apply(inner), training)
                        .squeeze(-1); // (B, T)
        NDArray mask = in.get("attention_mask");
        return outputs(
                logits,
                in,
                (x, labels) ->
                        mask == null
                                ? Losses.binaryCrossEntropy(x, labels)
                                : Losses.binaryCrossEntropy(x, labels, mask));
    }
}
