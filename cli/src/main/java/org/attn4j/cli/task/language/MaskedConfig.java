package org.attn4j.cli.task.language;

import java.util.Map;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.training.TrainingConfig;

/**
 * A run of the task {@code masked-lm}: what its YAML file holds, with the defaults filled in.
 *
 * @param name what the run is called
 * @param seed the seed of everything random
 * @param data where the texts come from
 * @param tokenizer which tokenizer
 * @param model which model
 * @param masking which tokens are guessed
 * @param batching how texts become batches; longer ones are cut into several
 * @param training how long and how to optimise
 */
record MaskedConfig(
        String name,
        long seed,
        TextData data,
        TokenizerSection tokenizer,
        ModelSection model,
        Masking masking,
        BatchingConfig batching,
        TrainingConfig training)
        implements RunConfig {

    /**
     * Which tokens are guessed.
     *
     * @param share the share of the tokens
     * @param wholeWords whether all tokens of a word are guessed together
     */
    record Masking(double share, boolean wholeWords) {}

    MaskedConfig {
        Require.that(
                !data.isDialogues(),
                "data of masked-lm are texts: leave promptKey, answerKey and messagesKey out");
    }

    private static final RecordCodec<MaskedConfig> CODEC =
            ModelSection.register(
                    RecordCodec.camelCase(defaults(TrainingConfig.ofEpochs(10)))
                            .derived(DERIVED_BATCHING)
                            .derived(DERIVED_TRAINING)
                            .derived(
                                    "tokenizer.train.specialTokens",
                                    "data.promptKey",
                                    "data.answerKey",
                                    "data.messagesKey"));

    private static MaskedConfig defaults(TrainingConfig training) {
        return new MaskedConfig(
                "run",
                1,
                TextData.DEFAULT,
                TokenizerSection.DEFAULT,
                ModelSection.DEFAULT,
                new Masking(0.15, false),
                BatchingConfig.builder().build(),
                training.withLabelSmoothing(0));
    }

    static MaskedConfig bind(Map<String, Object> tree, String file) {
        return CODEC.read(Settings.ofTree(tree, file), defaults(RunConfig.trainingDefaults(tree)));
    }

    @Override
    public Map<String, Object> tree() {
        return CODEC.writeTree(this);
    }
}
