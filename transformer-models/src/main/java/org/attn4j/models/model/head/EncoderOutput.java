package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import java.util.Objects;

/**
 * What an encoder gives.
 *
 * @param states the hidden states of the last layer, (B, T, D)
 * @param pooled a vector for each sequence, (B, D); null if the encoder has no pooler
 */
public record EncoderOutput(NDArray states, NDArray pooled) {

    /** {@inheritDoc} */
    public EncoderOutput {
        Objects.requireNonNull(states, "states");
    }
}
