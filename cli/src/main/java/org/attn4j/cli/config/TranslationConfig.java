package org.attn4j.cli.config;

import java.util.List;
import java.util.Map;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig;
import org.attn4j.models.training.TrainingConfig;

/**
 * A run of the task {@code translation}: what its YAML file holds, with the defaults filled in.
 *
 * @param name what the run is called
 * @param seed the seed of everything random
 * @param data where the pairs come from
 * @param sharedVocabulary whether both sides share one vocabulary
 * @param tokenizer what vocabulary is trained on them
 * @param model what is trained, with its hyperparameters
 * @param batching how pairs become batches
 * @param training how long and how to optimise
 * @param validation what is measured on the way
 * @param decoding how the trained model searches
 */
public record TranslationConfig(
        String name,
        long seed,
        DataConfig data,
        boolean sharedVocabulary,
        TokenizerTrainingConfig tokenizer,
        TranslationModel model,
        BatchingConfig batching,
        TrainingConfig training,
        ValidationConfig validation,
        GenerationConfig decoding)
        implements RunConfig {

    public TranslationConfig {
        model.newBlock(); // what makes no model is refused here, before anything is written
    }

    private static final RecordCodec<TranslationConfig> CODEC =
            RecordCodec.camelCase(defaults(TrainingConfig.ofEpochs(10)))
                    // What follows from the seed and the vocabulary, so that no file sets it.
                    .derived(DERIVED_BATCHING)
                    .derived(DERIVED_TRAINING)
                    .derived(
                            "tokenizer.specialTokens",
                            "decoding.nBest",
                            "decoding.padId",
                            "decoding.eosIds",
                            "decoding.rules",
                            "decoding.sampling",
                            "decoding.cache",
                            "decoding.decoderStartId")
                    .section("model", TranslationModel::read, TranslationModel::write);

    private static TranslationConfig defaults(TrainingConfig training) {
        return new TranslationConfig(
                "run",
                1,
                DataConfig.defaults(),
                true,
                TokenizerTrainingConfig.bpe(8000, 0),
                TranslationModel.Transformer.DEFAULT,
                BatchingConfig.builder().build(),
                training,
                ValidationConfig.defaults(),
                GenerationConfig.DEFAULTS);
    }

    public static TranslationConfig bind(Map<String, Object> tree, String file) {
        AttentionKeys.resolve(tree, file);
        return CODEC.read(Settings.ofTree(tree, file), defaults(RunConfig.trainingDefaults(tree)));
    }

    public TranslationConfig withModel(TranslationModel changed) {
        return new TranslationConfig(
                name,
                seed,
                data,
                sharedVocabulary,
                tokenizer,
                changed,
                batching,
                training,
                validation,
                decoding);
    }

    /** The Transformer that is trained, for a verb that changes its attention. */
    public TransformerConfig transformer() {
        if (model instanceof TranslationModel.Transformer transformer) {
            return transformer.config();
        }
        throw new IllegalArgumentException(
                "attention mechanisms are put into a Transformer, and the model of the configuration"
                        + " '%s' is another: choose one of the family transformer".formatted(name));
    }

    @Override
    public TranslationConfig withTraining(TrainingConfig changed) {
        return new TranslationConfig(
                name,
                seed,
                data,
                sharedVocabulary,
                tokenizer,
                model,
                batching,
                changed,
                validation,
                decoding);
    }

    @Override
    public Map<String, Object> tree() {
        return CODEC.writeTree(this);
    }

    /** Batches to learn from. */
    public BatchingConfig trainingBatches(TranslationModel fitted) {
        return batches(fitted).optShuffle(true).optKeepEmpty(false).build();
    }

    /** Batches to measure on: every pair, in the same order every time. */
    public BatchingConfig validationBatches(TranslationModel fitted) {
        return batches(fitted)
                .optShuffle(false)
                .optKeepEmpty(true)
                .optOverlong(BatchingConfig.Overlong.TRUNCATE)
                .build();
    }

    private BatchingConfig.Builder batches(TranslationModel fitted) {
        return batching.toBuilder()
                .optSeed(seed)
                .optSpecialIds(fitted.padId(), fitted.decoderStartId(), fitted.eosId())
                .optSourceEos(fitted.sourceEos());
    }

    /** The search of the trained model. */
    public GenerationConfig decodingFor(TranslationModel fitted) {
        return decoding.withTokens(
                fitted.padId(), List.of(fitted.eosId()), fitted.decoderStartId());
    }
}
