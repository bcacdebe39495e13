package org.attn4j.models.generate;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Searches any number of sources, in batches of sources of like length that fit a budget of tokens,
 * and gives the results back in the order of the sources.
 */
public final class BatchedSearch implements Search {

    /** A budget that keeps two cores busy and the memory of a model of base size below 1 GB. */
    public static final int DEFAULT_TOKENS_PER_BATCH = 8192;

    private final Search search;
    private final int beams;
    private final int tokensPerBatch;

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
        if (tokensPerBatch < 1) {
            throw new IllegalArgumentException(
                    "tokensPerBatch must be positive, got " + tokensPerBatch);
        }
        search = Search.of(config);
        beams = config.beams();
        this.tokensPerBatch = tokensPerBatch;
    }

    /** {@inheritDoc} */
    @Override
    public List<List<Hypothesis>> find(
            SequenceToSequenceModel model, NDManager manager, List<SearchInput> inputs) {
        List<Integer> byLength =
                IntStream.range(0, inputs.size())
                        .boxed()
                        .sorted(Comparator.comparingInt(i -> inputs.get(i).source().length))
                        .toList();
        List<List<Hypothesis>> found = new ArrayList<>();
        inputs.forEach(input -> found.add(null));
        for (int from = 0; from < byLength.size(); ) {
            int to = batchEnd(inputs, byLength, from);
            List<Integer> batch = byLength.subList(from, to);
            List<List<Hypothesis>> results =
                    search.find(model, manager, batch.stream().map(inputs::get).toList());
            for (int i = 0; i < batch.size(); i++) {
                found.set(batch.get(i), results.get(i));
            }
            from = to;
        }
        return found;
    }

    /** Where a batch ends: the sources rise in length, so its last is its longest. */
    private int batchEnd(List<SearchInput> inputs, List<Integer> byLength, int from) {
        int to = from + 1;
        while (to < byLength.size()
                && (to + 1L - from) * beams * length(inputs.get(byLength.get(to)))
                        <= tokensPerBatch) {
            to++;
        }
        return to;
    }

    private static int length(SearchInput input) {
        return Math.max(1, input.source().length);
    }
}
