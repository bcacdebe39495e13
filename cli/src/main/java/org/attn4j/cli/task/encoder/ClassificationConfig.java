package org.attn4j.cli.task.encoder;

import java.util.List;
import java.util.Map;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.LabelledText;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Records;
import org.attn4j.models.config.Settings;
import org.attn4j.models.training.TrainingConfig;

/**
 * A run of the task {@code classification}: what its YAML file holds, with the defaults filled in.
 *
 * @param name what the run is called
 * @param seed the seed of everything random
 * @param data where the texts come from
 * @param model which model
 * @param batching how texts become batches
 * @param training how long and how to optimise
 */
record ClassificationConfig(
        String name,
        long seed,
        Data data,
        ModelSection model,
        BatchingConfig batching,
        TrainingConfig training)
        implements RunConfig {

    /** What the labels are. */
    enum Problem {
        /** Each text has one class. */
        SINGLE_LABEL("single_label_classification", "accuracy"),
        /** A text has any number of classes. */
        MULTI_LABEL("multi_label_classification", "micro_f1"),
        /** Each text has a number. */
        REGRESSION("regression", "pearson");

        final String type; // as transformers calls it
        private final String metric;

        Problem(String type, String metric) {
            this.type = type;
            this.metric = metric;
        }
    }

    /**
     * Where the texts come from: tab-separated values, or JSON lines if a file ends in {@code
     * .jsonl} or {@code .json}.
     *
     * @param folder the folder that relative paths below start from
     * @param train what to learn from
     * @param valid what to choose the best weights by
     * @param test what to report on
     * @param header whether the first line of tab-separated values names the columns, even if no
     *     field below is such a name
     * @param text the column, by number or name, or the key of the text
     * @param pair that of the second text; empty for texts that stand alone
     * @param label that of the label
     * @param separator what separates the labels of a text that may have several
     * @param problem what the labels are
     * @param labels the classes as the data have them, in the order of the logits; none for those
     *     of the training data
     * @param labelNames what the model calls them; none for as they are written
     */
    record Data(
            String folder,
            String train,
            String valid,
            String test,
            boolean header,
            String text,
            String pair,
            String label,
            String separator,
            Problem problem,
            List<String> labels,
            List<String> labelNames) {

        Data {
            Require.that(
                    labelNames.isEmpty() || !labels.isEmpty(),
                    "data.labelNames needs data.labels, in the same order");
            Require.that(
                    problem != Problem.REGRESSION || labels.isEmpty(),
                    "data.labels are for classes, and problem is regression");
            Require.that(
                    problem == Problem.MULTI_LABEL || separator.isEmpty(),
                    "data.separator is for problem: multi-label, got %s",
                    problem);
        }

        LabelledText.Fields fields() {
            return new LabelledText.Fields(text, pair, label, separator);
        }
    }

    private static final Data DATA =
            new Data(
                    "",
                    "",
                    "",
                    "",
                    false,
                    "text",
                    "",
                    "label",
                    "",
                    Problem.SINGLE_LABEL,
                    List.of(),
                    List.of());

    private static final RecordCodec<ClassificationConfig> CODEC =
            ModelSection.register(
                    RecordCodec.camelCase(defaults(TrainingConfig.ofEpochs(3)))
                            .derived(DERIVED_BATCHING)
                            .derived(DERIVED_TRAINING));

    private static ClassificationConfig defaults(TrainingConfig training) {
        return new ClassificationConfig(
                "run",
                1,
                DATA,
                ModelSection.DEFAULT,
                HeadRun.fineTuningBatches(128),
                HeadRun.fineTuning(training, Problem.SINGLE_LABEL.metric));
    }

    static ClassificationConfig bind(Map<String, Object> tree, String file) {
        Settings settings = Settings.ofTree(tree, file);
        ClassificationConfig config =
                CODEC.read(settings, defaults(RunConfig.trainingDefaults(tree)));
        boolean metric = tree.get("training") instanceof Map<?, ?> map && map.containsKey("metric");
        return metric
                ? config
                : Records.with(
                        config, "training", config.training.withMetric(config.data.problem.metric));
    }

    @Override
    public Map<String, Object> tree() {
        return CODEC.writeTree(this);
    }
}
