package org.attn4j.cli.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.attention.spec.Nearest;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig;
import org.attn4j.models.training.RunDirectory;
import org.attn4j.models.training.TrainingConfig;

/**
 * Everything that a training run is told: what its YAML file holds, with the defaults filled in.
 *
 * @param name what the run is called
 * @param seed the seed of everything random
 * @param data where the pairs come from
 * @param sharedVocabulary whether both sides share one vocabulary
 * @param tokenizer what vocabulary is trained on them
 * @param model the Transformer's hyperparameters
 * @param batching how pairs become batches
 * @param training how long and how to optimise
 * @param validation what is measured on the way
 * @param decoding how the trained model searches
 */
public record RunConfig(
        String name,
        long seed,
        DataConfig data,
        boolean sharedVocabulary,
        TokenizerTrainingConfig tokenizer,
        TransformerConfig model,
        BatchingConfig batching,
        TrainingConfig training,
        ValidationConfig validation,
        GenerationConfig decoding) {

    public RunConfig {
        // What does not make a schedule or a model is refused here, before anything is written.
        training.learningRate(model.modelSize());
        new TransformerModel(model);
    }

    private static final RecordCodec<RunConfig> CODEC =
            RecordCodec.camelCase(defaults(TrainingConfig.ofEpochs(10)))
                    // What follows from the seed and the vocabulary, so that no file sets it.
                    .derived(
                            "tokenizer.specialTokens",
                            "model.sourceVocabularySize",
                            "model.targetVocabularySize",
                            "model.padId",
                            "model.bosId",
                            "model.eosId",
                            "model.decoderStartId",
                            "batching.keepEmpty",
                            "batching.shuffle",
                            "batching.seed",
                            "batching.padId",
                            "batching.eosId",
                            "batching.decoderStartId",
                            "batching.sourceEos",
                            "training.direction",
                            "training.seed",
                            "decoding.nBest",
                            "decoding.padId",
                            "decoding.eosIds",
                            "decoding.rules",
                            "decoding.sampling",
                            "decoding.cache",
                            "decoding.decoderStartId");

    private static RunConfig defaults(TrainingConfig training) {
        return new RunConfig(
                "run",
                1,
                DataConfig.defaults(),
                true,
                TokenizerTrainingConfig.bpe(8000, 0),
                // The sizes stand for those of the vocabulary, which modelFor fills in.
                TransformerConfig.builder().setVocabularySize(8000).build(),
                BatchingConfig.builder().build(),
                training,
                ValidationConfig.defaults(),
                GenerationConfig.DEFAULTS);
    }

    /** The file that a run's resolved configuration is kept in. */
    public static Path file(RunDirectory directory) {
        return directory.training().resolve("config.yaml");
    }

    /**
     * Reads a configuration.
     *
     * @param nameOrFile a built-in configuration's name, or a YAML file
     * @param assignments {@code key=value}, applied in order
     */
    public static RunConfig read(String nameOrFile, List<String> assignments) throws IOException {
        Map<String, Object> tree =
                BuiltInConfigs.names().contains(nameOrFile)
                        ? YamlFile.parse(BuiltInConfigs.text(nameOrFile), nameOrFile)
                        : YamlFile.read(existing(nameOrFile));
        assignments.forEach(assignment -> AttentionKeys.set(tree, assignment));
        return bind(tree, nameOrFile);
    }

    private static Path existing(String nameOrFile) {
        boolean looksLikeName = nameOrFile.matches("[a-z0-9-]+");
        if (looksLikeName && !Path.of(nameOrFile).toFile().exists()) {
            String nearest = Nearest.of(nameOrFile, BuiltInConfigs.names());
            throw new IllegalArgumentException(
                    "no built-in configuration and no file is called '%s'%s"
                            .formatted(
                                    nameOrFile,
                                    nearest == null
                                            ? ": 'attn4j configs' lists them"
                                            : ", did you mean '" + nearest + "'?"));
        }
        return Path.of(nameOrFile);
    }

    public static RunConfig bind(Map<String, Object> tree, String file) {
        AttentionKeys.resolve(tree, file);
        return CODEC.read(Settings.ofTree(tree, file), defaults(trainingDefaults(tree)));
    }

    /** A run ends by what its file says of it; ten epochs where it says nothing. */
    private static TrainingConfig trainingDefaults(Map<String, Object> tree) {
        Set<?> keys = tree.get("training") instanceof Map<?, ?> map ? map.keySet() : Set.of();
        TrainingConfig one = TrainingConfig.ofSteps(1);
        if (keys.contains("steps")) {
            return one;
        }
        if (keys.contains("maxSeconds")) {
            return one.withMaxSeconds(1).withSteps(0);
        }
        if (keys.contains("patience")) {
            return one.withPatience(1).withSteps(0);
        }
        return TrainingConfig.ofEpochs(10);
    }

    public RunConfig withModel(TransformerConfig changed) {
        return new RunConfig(
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

    RunConfig withTraining(TrainingConfig changed) {
        return new RunConfig(
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

    /**
     * This configuration with an earlier end; the schedule stays what it was.
     *
     * @param maxSteps the last step, or null
     * @param maxSeconds the seconds of training, or null
     */
    public RunConfig limited(Long maxSteps, Long maxSeconds) {
        TrainingConfig limited = training;
        if (maxSteps != null) {
            limited =
                    training.withSteps(maxSteps)
                            .withDecaySteps(
                                    training.decaySteps() == 0
                                            ? training.steps()
                                            : training.decaySteps());
        }
        if (maxSeconds != null) {
            limited = limited.withMaxSeconds(maxSeconds);
        }
        return withTraining(limited);
    }

    /** The YAML text that {@link #read} reads back as this. */
    public String toYaml() {
        return YamlFile.write(CODEC.writeTree(this));
    }

    /** The model that fits the vocabularies. */
    public TransformerConfig modelFor(ModelTokenizer tokenizer) {
        return model.toBuilder()
                .setSourceVocabularySize(tokenizer.vocabularySize())
                .setTargetVocabularySize(tokenizer.targetVocabularySize())
                .optPadId(tokenizer.padId().orElseThrow())
                .optBosId(tokenizer.bosId().orElseThrow())
                .optEosId(tokenizer.eosId().orElseThrow())
                .optDecoderStartId(tokenizer.bosId().orElseThrow())
                .build();
    }

    /** Batches to learn from. */
    public BatchingConfig trainingBatches(TransformerConfig fitted) {
        return batches(fitted).optShuffle(true).optKeepEmpty(false).build();
    }

    /** Batches to measure on: every pair, in the same order every time. */
    public BatchingConfig validationBatches(TransformerConfig fitted) {
        return batches(fitted)
                .optShuffle(false)
                .optKeepEmpty(true)
                .optOverlong(BatchingConfig.Overlong.TRUNCATE)
                .build();
    }

    private BatchingConfig.Builder batches(TransformerConfig fitted) {
        return batching.toBuilder()
                .optSeed(seed)
                .optSpecialIds(fitted.padId(), fitted.decoderStartId(), fitted.eosId())
                .optSourceEos(fitted.sourceEos());
    }

    /** The search of the trained model. */
    public GenerationConfig decodingFor(TransformerConfig fitted) {
        return decoding.withTokens(
                fitted.padId(), List.of(fitted.eosId()), fitted.decoderStartId());
    }

    /** The training configuration with this run's seed. */
    public TrainingConfig seededTraining() {
        return training.withSeed(seed);
    }
}
