package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;

/** A way of finding the targets that a model prefers. Searches keep nothing and can be shared. */
public interface Search {

    /**
     * Finds targets for any number of inputs, some of which are decoded at a time. What is found
     * for one does not depend on the others.
     *
     * @param model the model
     * @param manager says which engine and device to use; nothing is left on it
     * @param inputs the sources, with what stands before the targets
     * @return for each input its hypotheses, the best first
     * @throws IllegalArgumentException if a prefix is longer than the targets may be
     */
    List<List<Hypothesis>> find(
            SequenceToSequenceModel model, NDManager manager, List<SearchInput> inputs);

    /**
     * Finds targets for a batch of sources.
     *
     * @param model the model
     * @param manager says which engine and device to use; nothing is left on it
     * @param sources token ids of each source, an end token included where the model expects one
     * @param prefixes tokens that the targets of each source must begin with, or an empty list
     * @return for each source its hypotheses, the best first
     * @throws IllegalArgumentException if a prefix is longer than the targets may be
     */
    default List<List<Hypothesis>> search(
            SequenceToSequenceModel model,
            NDManager manager,
            List<int[]> sources,
            List<int[]> prefixes) {
        if (!prefixes.isEmpty() && prefixes.size() != sources.size()) {
            throw new IllegalArgumentException(
                    ("there must be a prefix for each source, got %s prefixes" + " for %s sources")
                            .formatted(prefixes.size(), sources.size()));
        }
        List<SearchInput> inputs = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            SearchInput input = SearchInput.of(sources.get(i));
            inputs.add(prefixes.isEmpty() ? input : input.withPrefix(prefixes.get(i)));
        }
        return find(model, manager, inputs);
    }

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
     * @return greedy search or sampling for one beam, else beam search
     */
    static Search of(GenerationConfig config) {
        return of(config, GenerationHooks.NONE);
    }

    /**
     * Returns the search that a configuration asks for, with what a caller adds.
     *
     * @param config the configuration
     * @param hooks what is added
     * @return greedy search or sampling for one beam, else beam search
     */
    static Search of(GenerationConfig config, GenerationHooks hooks) {
        if (config.beams() > 1) {
            return new BeamSearch(config, hooks);
        }
        return config.sampling() == null
                ? new GreedySearch(config, hooks)
                : new SamplingSearch(config, hooks);
    }
}
