package org.attn4j.cli.task.retrieval;

import java.util.Map;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.training.TrainingConfig;

/**
 * A run of the task {@code reranking}: what its YAML file holds, with the defaults filled in.
 *
 * @param name what the run is called
 * @param seed the seed of everything random
 * @param data where the texts come from: pairs with scores, or queries with what answers them
 * @param model which encoder
 * @param tokenizer the folder of the tokenizer, for a model made of {@code model.config} alone
 * @param loss what the single output is to be
 * @param retriever the sentence model that finds negatives and candidates; empty for random ones
 * @param negatives how many wrong documents are learnt beside each right one
 * @param candidates what is ranked to measure the model
 * @param batching how pairs become batches; a pair of more than {@code maxLength} tokens is cut
 * @param training how long and how to optimise
 */
record RerankingConfig(
        String name,
        long seed,
        TextsSection data,
        ModelSection model,
        String tokenizer,
        Target loss,
        String retriever,
        Negatives negatives,
        Candidates candidates,
        BatchingConfig batching,
        TrainingConfig training)
        implements RunConfig {

    /** The losses of cross-encoders. */
    enum Target {
        /** Its sigmoid is the probability that the text answers the query. */
        BCE,
        /** It is the score itself. */
        MSE
    }

    /**
     * What is ranked.
     *
     * @param count how many documents for each query, the best of the retriever; without one, those
     *     that answer it and random ones
     * @param queries how many queries in the course of training, the first of the file; 0 for all
     */
    record Candidates(int count, int queries) {

        static final Candidates DEFAULT = new Candidates(20, 100);

        Candidates {
            Require.that(
                    count >= 1 && queries >= 0,
                    "count must be at least 1 and queries not negative, got count=%s, queries=%s",
                    count,
                    queries);
        }
    }

    private static final RecordCodec<RerankingConfig> CODEC =
            ModelSection.register(
                    RecordCodec.camelCase(defaults(TrainingConfig.ofEpochs(1)))
                            .derived(DERIVED_BATCHING)
                            .derived(DERIVED_TRAINING)
                            .derived("training.labelSmoothing", "batching.overlong"));

    private static RerankingConfig defaults(TrainingConfig training) {
        return new RerankingConfig(
                "run",
                1,
                TextsSection.DEFAULT,
                ModelSection.DEFAULT,
                "",
                Target.BCE,
                "",
                Negatives.NONE,
                Candidates.DEFAULT,
                BatchingConfig.builder().build(),
                training.withLabelSmoothing(0));
    }

    static RerankingConfig bind(Map<String, Object> tree, String file) {
        return CODEC.read(Settings.ofTree(tree, file), defaults(RunConfig.trainingDefaults(tree)));
    }

    @Override
    public Map<String, Object> tree() {
        return CODEC.writeTree(this);
    }

    BatchingConfig batches() {
        return batching.toBuilder().optSeed(seed).optShuffle(true).build();
    }
}
