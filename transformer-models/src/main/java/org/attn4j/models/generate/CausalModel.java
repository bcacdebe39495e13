package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.OptionalInt;

/** A decoder-only model, which continues prompts token by token. */
public interface CausalModel {

    /**
     * Returns how many tokens of a sequence the model has positions for.
     *
     * @return the number; empty if there is no limit
     */
    OptionalInt maxTokens();

    /**
     * Returns how many tokens there are to choose from.
     *
     * @return V
     */
    int vocabularySize();

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
