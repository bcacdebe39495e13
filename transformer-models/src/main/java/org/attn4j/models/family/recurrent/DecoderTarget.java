package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import java.util.Objects;

/**
 * The tokens that the steps of a decoder read.
 *
 * @param ids the start token, then the target, (B, T) int64
 * @param drawn where a token that the decoder draws from its own prediction of the step before
 *     stands in for the given one, (B, T) of ones and zeros, the first step's ignored; null for
 *     nowhere, which is teacher forcing
 */
public record DecoderTarget(NDArray ids, NDArray drawn) {

    public DecoderTarget {
        Objects.requireNonNull(ids, "ids");
    }

    /**
     * Tokens that are all read as they are.
     *
     * @param ids (B, T) int64
     * @return the target
     */
    public static DecoderTarget of(NDArray ids) {
        return new DecoderTarget(ids, null);
    }
}
