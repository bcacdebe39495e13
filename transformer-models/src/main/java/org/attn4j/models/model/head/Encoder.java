package org.attn4j.models.model.head;

import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.models.model.ModelInputs;

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
     * Returns how many tokens of a sequence there are positions for, special ones included.
     *
     * @return the number; empty if there is no limit
     */
    default OptionalInt maxTokens() {
        return OptionalInt.empty();
    }

    /**
     * Tells which sequences may stand in one batch and still give what each gives alone: those
     * whose lengths are of one class, however they are filled up.
     *
     * @param tokens how many tokens a sequence has
     * @return the class; the same for all lengths unless a model looks at the longest
     */
    default int batchClass(int tokens) {
        return 0;
    }

    /**
     * Returns the inputs that the encoder looks at, in the order in which {@code forward} takes
     * them.
     *
     * @return their names, {@code input_ids} first
     */
    List<String> inputNames();
}
