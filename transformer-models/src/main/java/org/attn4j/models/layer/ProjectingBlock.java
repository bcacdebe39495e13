package org.attn4j.models.layer;

import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import java.util.Optional;

/** A block whose one prediction are logits, which an output projection may make of states. */
public interface ProjectingBlock {

    /**
     * Computes what logits would be made of, and not the logits.
     *
     * @param parameters where the parameters are found
     * @param data the block's inputs
     * @param training whether this is a training pass
     * @return the states with their projection; empty, and nothing is computed, if logits are made
     *     otherwise
     */
    Optional<ProjectedStates> beforeProjection(
            ParameterStore parameters, NDList data, boolean training);
}
