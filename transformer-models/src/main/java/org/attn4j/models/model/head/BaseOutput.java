package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import java.util.Objects;

/**
 * What a model without its head gives.
 *
 * @param states the hidden states of the last layer, (B, T, D)
 * @param pooled a vector for each sequence, (B, D); null if the model has no pooler
 */
public record BaseOutput(NDArray states, NDArray pooled) {

    /** Checks that there are states. */
    public BaseOutput {
        Objects.requireNonNull(states, "states");
    }
}
