package org.attn4j.models.head;

import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.attn4j.models.pretrained.ModelInputs;

/** A family's model without a head: from token ids to hidden states. */
public interface Encoder extends Block {

    /**
     * Encodes sequences.
     *
     * @param parameters where the parameters are found
     * @param in the inputs by name; those that are for the head are passed over
     * @param training whether dropout applies
     * @return the hidden states, on the manager of the inputs
     */
    EncoderOutput encode(ParameterStore parameters, ModelInputs in, boolean training);

    /**
     * Returns whether a token sees only itself and those before it.
     *
     * @return false unless a family says otherwise
     */
    default boolean isCausal() {
        return false;
    }

    /**
     * Returns the inputs that the encoder looks at, in the order in which {@code forward} takes
     * them.
     *
     * @return their names, {@code input_ids} first
     */
    List<String> inputNames();
}
