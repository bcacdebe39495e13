package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.List;
import org.attn4j.common.Require;

/**
 * Searches any number of sources, in batches of sources of like length that fit a budget of tokens,
 * and gives the results back in the order of the sources.
 */
public final class BatchedSearch implements Search {

    /** A budget that keeps two cores busy and the memory of a model of base size below 1 GB. */
    public static final int DEFAULT_TOKENS_PER_BATCH = 8192;

    private final Search search;
    private final LengthBatches batches;

    /**
     * Creates a search with the default budget.
     *
     * @param config says what search is made of each batch
     */
    public BatchedSearch(GenerationConfig config) {
        this(config, DEFAULT_TOKENS_PER_BATCH);
    }

    /**
     * Creates a search.
     *
     * @param config says what search is made of each batch
     * @param tokensPerBatch the most source tokens of a batch, padding included, times the beams; a
     *     source that is longer has a batch of its own
     */
    public BatchedSearch(GenerationConfig config, int tokensPerBatch) {
        Require.that(
                tokensPerBatch >= 1, "tokensPerBatch must be positive, got %s", tokensPerBatch);
        search = Search.of(config);
        batches = LengthBatches.ofNumbers(tokensPerBatch, config.beams());
    }

    @Override
    public List<List<Hypothesis>> find(
            SequenceToSequenceModel model, NDManager manager, List<SearchInput> inputs) {
        return batches.compute(
                inputs,
                input -> input.source().length,
                batch -> search.find(model, manager, batch));
    }
}
