package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.model.ModelInputs;

/** A head that tells tokens of the vocabulary, by an output projection of states. */
public abstract class VocabularyHead extends Head {

    /**
     * Creates a head.
     *
     * @param modelSize D
     * @param inputNames the inputs that the head looks at beside the base model
     */
    protected VocabularyHead(int modelSize, String... inputNames) {
        super(modelSize, inputNames);
    }

    /**
     * Returns what makes the logits.
     *
     * @return the projection
     */
    public abstract OutputProjection projection();

    /**
     * Computes what the logits are made of.
     *
     * @param parameters where the parameters are found
     * @param encoded what the base model gives
     * @param in the model's inputs
     * @param training whether dropout applies
     * @return the states that the projection takes
     */
    public abstract NDArray beforeProjection(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training);
}
