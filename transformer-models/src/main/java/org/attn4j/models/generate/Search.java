package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.List;

/** A way of finding the targets that a model prefers. Searches keep nothing and can be shared. */
public interface Search {

    /**
     * Finds targets for a batch of sources. What is found for one does not depend on the others.
     *
     * @param model the model
     * @param manager says which engine and device to use; nothing is left on it
     * @param sources token ids of each source, an end token included where the model expects one
     * @param prefixes tokens that the targets of each source must begin with, or an empty list
     * @return for each source its hypotheses, the best first
     * @throws IllegalArgumentException if a prefix is longer than the targets may be
     */
    List<List<Hypothesis>> search(
            SequenceToSequenceModel model,
            NDManager manager,
            List<int[]> sources,
            List<int[]> prefixes);

    /**
     * Finds targets for a batch of sources.
     *
     * @param model the model
     * @param manager says which engine and device to use; nothing is left on it
     * @param sources token ids of each source
     * @return for each source its hypotheses, the best first
     */
    default List<List<Hypothesis>> search(
            SequenceToSequenceModel model, NDManager manager, List<int[]> sources) {
        return search(model, manager, sources, List.of());
    }

    /**
     * Returns the search that a configuration asks for.
     *
     * @param config the configuration
     * @return greedy search for one beam, else beam search
     */
    static Search of(GenerationConfig config) {
        return config.beams() == 1 ? new GreedySearch(config) : new BeamSearch(config);
    }
}
