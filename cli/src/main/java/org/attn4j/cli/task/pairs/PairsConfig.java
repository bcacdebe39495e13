package org.attn4j.cli.task.pairs;

import java.util.Map;
import org.attn4j.cli.config.DataConfig;
import org.attn4j.cli.config.RunConfig;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.training.TrainingConfig;

/**
 * A run that teaches a published model pairs of texts, to translate or to summarize: what its YAML
 * file holds, with the defaults filled in.
 *
 * @param name what the run is called
 * @param seed the seed of everything random
 * @param data where the pairs come from
 * @param model which model
 * @param template how a pair is written for a model that goes on with texts
 * @param batching how pairs become batches
 * @param training how long and how to optimise
 * @param validation what is measured on the way
 * @param decoding how a model with a new decoder searches; null for {@code generation_config.json}
 */
public record PairsConfig(
        String name,
        long seed,
        DataConfig data,
        PairsModel model,
        PairTemplate template,
        BatchingConfig batching,
        TrainingConfig training,
        Validation validation,
        GenerationConfig decoding)
        implements RunConfig {

    /**
     * What is measured in the course of training, besides the loss.
     *
     * @param generate whether targets are written for the validation set, for BLEU or ROUGE
     * @param sentences for how many of its sources; 0 for all
     * @param beams the beams of that search
     */
    record Validation(boolean generate, int sentences, int beams) {

        Validation {
            Require.atLeast("sentences", sentences, 0);
            Require.atLeast("beams", beams, 1);
        }
    }

    public PairsConfig {
        Require.that(
                decoding == null || model.decoder() != null,
                "decoding is for a model with a new decoder: another keeps its"
                        + " generation_config.json; leave it out");
    }

    private static final RecordCodec<GenerationConfig> DECODING =
            RecordCodec.camelCase(GenerationConfig.DEFAULTS)
                    .derived(
                            "nBest",
                            "padId",
                            "eosIds",
                            "rules",
                            "sampling",
                            "cache",
                            "decoderStartId");

    private static final RecordCodec<PairsConfig> CODEC =
            PairsModel.register(
                    RecordCodec.camelCase(defaults(TrainingConfig.ofEpochs(10)))
                            .derived(DERIVED_BATCHING)
                            .derived(DERIVED_TRAINING)
                            .section("decoding", DECODING::read, DECODING::write));

    private static PairsConfig defaults(TrainingConfig training) {
        return new PairsConfig(
                "run",
                1,
                DataConfig.defaults(),
                PairsModel.DEFAULT,
                PairTemplate.DEFAULT,
                BatchingConfig.builder().build(),
                training,
                new Validation(true, 0, 1),
                null);
    }

    static PairsConfig bind(Map<String, Object> tree, String file) {
        return CODEC.read(Settings.ofTree(tree, file), defaults(RunConfig.trainingDefaults(tree)));
    }

    @Override
    public Map<String, Object> tree() {
        return CODEC.writeTree(this);
    }

    /** Batches to learn from, or to measure on: every pair, in the same order every time. */
    BatchingConfig batches(boolean learned) {
        return batching.toBuilder().optSeed(seed).optShuffle(learned).build();
    }

    /** The languages and the beams of a search, and whether sources are cut that are too long. */
    GenerationRequest.Builder request(Integer beams) {
        GenerationRequest.Builder request =
                GenerationRequest.builder()
                        .opt("num_return_sequences", 1)
                        .optLanguages(
                                orNull(model.sourceLanguage()), orNull(model.targetLanguage()))
                        .optTruncate(batching.overlong() == BatchingConfig.Overlong.TRUNCATE);
        return beams == null ? request : request.optBeams(beams);
    }

    private static String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
