package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.pattern.Sequences;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Predicts the token at each position, {@code decoder(layer_norm(activation(dense(states))))}
 * (Devlin et al. 2019, §3.1, "Masked LM"). The decoder's weight is that of the token embedding
 * unless it is untied; its bias is its own.
 *
 * <p>Gives {@code logits} (B, T, V), and {@code loss} with {@code labels} (B, T), where {@link
 * Losses#IGNORED} marks the positions that were not masked. With {@code masked_positions} (B, P),
 * as BERT's own program has them, only the tokens there are predicted: logits (B, P, V) and labels
 * (B, P), at a fraction of the time and memory.
 */
public final class MaskedLanguageHead extends VocabularyHead {

    private static final String POSITIONS = "masked_positions";

    private final LinearBlock dense;
    private final Activation activation;
    private final LayerNorm norm;
    private final OutputProjection decoder;

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param embedding the token embedding, (V, E)
     * @param tied whether the decoder's weight is the embedding's
     * @param activation the activation
     * @param epsilon what the norm adds to the variance
     */
    public MaskedLanguageHead(
            int modelSize,
            TokenEmbedding embedding,
            boolean tied,
            Activation activation,
            double epsilon) {
        super(modelSize, "labels", POSITIONS);
        long embeddingSize = embedding.modelSize(); // E
        this.activation = activation;
        dense = linear("dense", embeddingSize);
        norm = addChildBlock("layer_norm", new LayerNorm(embeddingSize, epsilon));
        decoder =
                addChildBlock(
                        "decoder",
                        tied
                                ? OutputProjection.tiedTo(embedding, true)
                                : OutputProjection.of(
                                        embeddingSize, embedding.vocabularySize(), true));
    }

    /**
     * Predicts tokens.
     *
     * @param parameters where the parameters are found
     * @param states (…, D)
     * @param training whether this is a training pass
     * @return logits (…, V)
     */
    public NDArray logits(ParameterStore parameters, NDArray states, boolean training) {
        NDArray x = transformed(parameters, states, training); // (…, E)
        return Layers.apply(decoder, parameters, x, training); // (…, V)
    }

    private NDArray transformed(ParameterStore parameters, NDArray states, boolean training) {
        NDArray x = activation.apply(Layers.apply(dense, parameters, states, training)); // (…, E)
        return Layers.apply(norm, parameters, x, training);
    }

    @Override
    public OutputProjection projection() {
        return decoder;
    }

    @Override
    public NDArray beforeProjection(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        return transformed(parameters, asked(encoded, in), training);
    }

    @Override
    public ModelOutputs apply(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        NDArray logits = logits(parameters, asked(encoded, in), training); // (B, T or P, V)
        return outputs(logits, in, Losses::crossEntropy);
    }

    /** The states of the tokens that are predicted. */
    private static NDArray asked(BaseOutput encoded, ModelInputs in) {
        NDArray positions = in.ids(POSITIONS, encoded.states().getShape().get(1)); // (B, P)
        return positions == null
                ? encoded.states() // (B, T, D)
                : Sequences.take(encoded.states(), positions); // (B, P, D)
    }
}
