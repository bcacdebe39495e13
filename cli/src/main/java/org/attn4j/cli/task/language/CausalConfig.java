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
 * A run of the task {@code causal-lm}: what its YAML file holds, with the defaults filled in.
 *
 * @param name what the run is called
 * @param seed the seed of everything random
 * @param data where the texts come from
 * @param template how dialogues are written
 * @param tokenizer which tokenizer
 * @param model which model
 * @param packing how texts become rows of {@code batching.maxLength} tokens
 * @param batching how rows become batches
 * @param training how long and how to optimise
 */
record CausalConfig(
        String name,
        long seed,
        TextData data,
        DialogueTemplate template,
        TokenizerSection tokenizer,
        ModelSection model,
        Packing packing,
        BatchingConfig batching,
        TrainingConfig training)
        implements RunConfig {

    /** How texts become rows. */
    enum Packing {
        /** A row holds several texts, of which none sees another. */
        PACKED,
        /** All texts are one, cut into rows, and to learn from at other places each time. */
        STREAM,
        /** A row holds one text. */
        NONE
    }

    CausalConfig {
        Require.that(
                packing != Packing.STREAM || !data.isDialogues(),
                "packing: stream is for texts, of which every token is learned: take packed or"
                        + " none for dialogues");
    }

    private static final RecordCodec<CausalConfig> CODEC =
            ModelSection.register(
                    RecordCodec.camelCase(defaults(TrainingConfig.ofEpochs(10)))
                            .derived(DERIVED_BATCHING)
                            .derived(DERIVED_TRAINING)
                            .derived("tokenizer.train.specialTokens"));

    private static CausalConfig defaults(TrainingConfig training) {
        return new CausalConfig(
                "run",
                1,
                TextData.DEFAULT,
                DialogueTemplate.DEFAULT,
                TokenizerSection.DEFAULT,
                ModelSection.DEFAULT,
                Packing.PACKED,
                BatchingConfig.builder().build(),
                training.withLabelSmoothing(0));
    }

    static CausalConfig bind(Map<String, Object> tree, String file) {
        return CODEC.read(Settings.ofTree(tree, file), defaults(RunConfig.trainingDefaults(tree)));
    }

    @Override
    public Map<String, Object> tree() {
        return CODEC.writeTree(this);
    }

    /** Batches to learn from, or to measure on: the same every time. */
    BatchingConfig batches(boolean learned) {
        return batching.toBuilder().optSeed(seed).optShuffle(learned).build();
    }
}
