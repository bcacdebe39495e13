package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** A decoder-only model, which continues prompts token by token. */
public interface CausalModel {

    /**
     * Prepares to continue prompts, with one row for each.
     *
     * @param manager where everything lives that the decoder keeps between steps
     * @param promptIds (B, T) int64, short rows filled up at their beginning
     * @param visible (B, T), zero where a row is filled up and else one; null if none is
     * @return a decoder whose row i belongs to prompt i; its first step reads the prompts, whatever
     *     tokens it is given, and each later one the token that it is given
     */
    StepDecoder start(NDManager manager, NDArray promptIds, NDArray visible);
}
