package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;

/** A part of a model that looks tokens up. */
public interface TokenVectors {

    /**
     * Returns the number of tokens.
     *
     * @return V: ids are below it
     */
    long vocabularySize();

    /**
     * Looks tokens up.
     *
     * @param parameters where the parameters are found
     * @param ids (B, T) of int64
     * @param training whether this is a training pass
     * @return (B, T, D): what may be given as {@link TokenInput#vectors} in place of the ids,
     *     without types and positions
     */
    NDArray lookUp(ParameterStore parameters, NDArray ids, boolean training);
}
