package org.attn4j.attention;

import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

/**
 * An attention mechanism: the one contract that all of them keep.
 *
 * <p>A mechanism is a block of DJL. Inside plain DJL blocks it is called through {@code forward}
 * with {@code [query, key, value(, mask)]} or {@code [x(, mask)]}; code that knows it has an
 * attention mechanism calls {@link #attend}, which also takes symbolic masks, caches and observers.
 * The block keeps nothing of a call, so several threads may share it.
 */
public interface Attention extends Block {

    /**
     * Attends.
     *
     * @param parameters where the block's parameters are found
     * @param inputs what attends to what
     * @param training whether this is a training pass, in which dropout applies
     * @return the context (B, T, D). The observer of the inputs is told the weights (B, N, T, S),
     *     as they are before dropout; a query that sees nothing has weights of zero
     */
    AttentionOutput attend(ParameterStore parameters, AttentionInputs inputs, boolean training);
}
