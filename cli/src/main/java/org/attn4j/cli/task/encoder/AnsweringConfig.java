package org.attn4j.cli.task.encoder;

import java.util.Map;
import java.util.regex.Pattern;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.training.TrainingConfig;

/**
 * A run of the task {@code question-answering}: what its YAML file holds, with the defaults filled
 * in.
 *
 * @param name what the run is called
 * @param seed the seed of everything random
 * @param data where the questions come from
 * @param model which model
 * @param batching how windows become batches; {@code maxLength} is that of a window
 * @param training how long and how to optimise
 */
record AnsweringConfig(
        String name,
        long seed,
        Data data,
        ModelSection model,
        BatchingConfig batching,
        TrainingConfig training)
        implements RunConfig {

    private static final Pattern PART = Pattern.compile("|[1-9][0-9]{0,3}/[1-9][0-9]{0,3}");

    /**
     * Where the questions come from: SQuAD's JSON, 1.1 or 2.0, or JSON lines.
     *
     * @param folder the folder that relative paths below start from
     * @param train what to learn from
     * @param valid what to choose the best weights by
     * @param test what to report on
     * @param passages the file of the texts, for questions on JSON lines that name theirs; empty
     *     for none
     * @param trainPart which part of its texts is used, in their order, such as {@code 1/2} for the
     *     first half, with their questions; empty for all
     * @param validPart the part of {@code valid}
     * @param testPart the part of {@code test}
     * @param stride how many tokens of a text neighbouring windows share
     * @param maxAnswerTokens the most tokens of an answer
     * @param impossible whether a text may be without an answer, as in SQuAD 2.0
     */
    record Data(
            String folder,
            String train,
            String valid,
            String test,
            String passages,
            String trainPart,
            String validPart,
            String testPart,
            int stride,
            int maxAnswerTokens,
            boolean impossible) {

        Data {
            Require.atLeast("data.stride", stride, 0);
            Require.atLeast("data.maxAnswerTokens", maxAnswerTokens, 1);
            for (String part : new String[] {trainPart, validPart, testPart}) {
                String[] numbers = part.split("/");
                Require.that(
                        PART.matcher(part).matches()
                                && (part.isEmpty()
                                        || Integer.parseInt(numbers[0])
                                                <= Integer.parseInt(numbers[1])),
                        "a part must be like 1/2, the first of two, got '%s'",
                        part);
            }
        }
    }

    private static final Data DATA = new Data("", "", "", "", "", "", "", "", 128, 30, false);

    private static final RecordCodec<AnsweringConfig> CODEC =
            ModelSection.register(
                    RecordCodec.camelCase(defaults(TrainingConfig.ofEpochs(2)))
                            .derived(DERIVED_BATCHING)
                            .derived(DERIVED_TRAINING)
                            .derived("batching.overlong"));

    private static AnsweringConfig defaults(TrainingConfig training) {
        return new AnsweringConfig(
                "run",
                1,
                DATA,
                ModelSection.DEFAULT,
                HeadRun.fineTuningBatches(384),
                HeadRun.fineTuning(training, "f1"));
    }

    static AnsweringConfig bind(Map<String, Object> tree, String file) {
        return CODEC.read(Settings.ofTree(tree, file), defaults(RunConfig.trainingDefaults(tree)));
    }

    @Override
    public Map<String, Object> tree() {
        return CODEC.writeTree(this);
    }
}
