package org.attn4j.models.model.head;

import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.Set;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/** Turns the hidden states of an encoder into the outputs of a task. */
public interface Head extends Block {

    /**
     * Computes the outputs.
     *
     * @param parameters where the parameters are found
     * @param encoded what the encoder gives
     * @param in the model's inputs, labels among them
     * @param training whether dropout applies
     * @return the outputs, with {@code loss} first if there are labels
     */
    ModelOutputs apply(
            ParameterStore parameters, EncoderOutput encoded, ModelInputs in, boolean training);

    /**
     * Returns the inputs that the head looks at beside the encoder.
     *
     * @return their names, such as {@code labels}
     */
    Set<String> inputNames();

    /**
     * Returns what the encoder is given in place of the model's inputs.
     *
     * @param in the model's inputs
     * @return the encoder's inputs; the same unless a head says otherwise
     */
    default ModelInputs forEncoder(ModelInputs in) {
        return in;
    }
}
