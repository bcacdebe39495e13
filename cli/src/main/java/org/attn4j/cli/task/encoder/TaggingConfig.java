package org.attn4j.cli.task.encoder;

import java.util.List;
import java.util.Map;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.metric.TagScheme;
import org.attn4j.models.training.TrainingConfig;

/**
 * A run of the task {@code tagging}: what its YAML file holds, with the defaults filled in.
 *
 * @param name what the run is called
 * @param seed the seed of everything random
 * @param data where the sentences come from
 * @param model which model
 * @param batching how sentences become batches
 * @param training how long and how to optimise
 */
record TaggingConfig(
        String name,
        long seed,
        Data data,
        ModelSection model,
        BatchingConfig batching,
        TrainingConfig training)
        implements RunConfig {

    /** Which tokens of a word learn its tag. */
    enum Subwords {
        /** The first one. */
        FIRST,
        /** All of them. */
        ALL
    }

    /**
     * Where the sentences come from: words and tags in the columns of the CoNLL tasks.
     *
     * @param folder the folder that relative paths below start from
     * @param train what to learn from
     * @param valid what to choose the best weights by
     * @param test what to report on
     * @param wordColumn the column of the words, from 1, or from -1 at the end
     * @param tagColumn the column of the tags
     * @param comment what the lines of comments begin with; empty for none
     * @param subwords which tokens of a word learn its tag; it is the first one that tells it
     * @param scheme how tags mark entities, where they do
     * @param labels the tags in the order of the logits; none for those of the training data
     */
    record Data(
            String folder,
            String train,
            String valid,
            String test,
            int wordColumn,
            int tagColumn,
            String comment,
            Subwords subwords,
            TagScheme scheme,
            List<String> labels) {

        Data {
            Require.that(
                    wordColumn != 0 && tagColumn != 0,
                    "columns are counted from 1, or from -1 at the end, got wordColumn=%s,"
                            + " tagColumn=%s",
                    wordColumn,
                    tagColumn);
        }
    }

    private static final Data DATA =
            new Data("", "", "", "", 1, -1, "", Subwords.FIRST, TagScheme.CONLLEVAL, List.of());

    private static final RecordCodec<TaggingConfig> CODEC =
            ModelSection.register(
                    RecordCodec.camelCase(defaults(TrainingConfig.ofEpochs(3)))
                            .derived(DERIVED_BATCHING)
                            .derived(DERIVED_TRAINING));

    private static TaggingConfig defaults(TrainingConfig training) {
        return new TaggingConfig(
                "run",
                1,
                DATA,
                ModelSection.DEFAULT,
                HeadRun.fineTuningBatches(128),
                HeadRun.fineTuning(training, "accuracy"));
    }

    static TaggingConfig bind(Map<String, Object> tree, String file) {
        return CODEC.read(Settings.ofTree(tree, file), defaults(RunConfig.trainingDefaults(tree)));
    }

    @Override
    public Map<String, Object> tree() {
        return CODEC.writeTree(this);
    }
}
