package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * Takes the most probable token at each step; of equal ones, the lowest id. A row leaves the batch
 * when it is finished.
 */
public final class GreedySearch implements Search {

    private final RowSearch search;

    /**
     * Creates a search.
     *
     * @param config lengths, rules and ids; beams and n-best are of no meaning here
     */
    public GreedySearch(GenerationConfig config) {
        this(config, GenerationHooks.NONE);
    }

    /**
     * Creates a search that a caller adds to.
     *
     * @param config lengths, rules and ids; beams and n-best are of no meaning here
     * @param hooks what is added
     */
    public GreedySearch(GenerationConfig config, GenerationHooks hooks) {
        search = new RowSearch(config, hooks, (input, sequence) -> GreedySearch::best, 1);
    }

    @Override
    public List<List<Hypothesis>> find(
            SequenceToSequenceModel model, NDManager manager, List<SearchInput> inputs) {
        return search.find(model, manager, inputs);
    }

    private static int best(float[] scores) {
        int best = 0;
        for (int token = 1; token < scores.length; token++) {
            if (scores[token] > scores[best]) {
                best = token;
            }
        }
        return best;
    }
}
