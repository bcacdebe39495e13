package org.attn4j.cli.config;

import com.google.gson.JsonObject;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.family.recurrent.RecurrentConfig;
import org.attn4j.models.family.recurrent.RecurrentModel;
import org.attn4j.models.family.recurrent.ScheduledSampling;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.training.BatchSource;
import org.attn4j.models.training.CoverageLoss;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.models.training.SampledBatches;

/**
 * The section {@code model} of a run of translation that learns its vocabularies and all weights:
 * the hyperparameters of what is trained.
 */
public sealed interface TranslationModel {

    /** The key that says which kind a section is of. */
    String FAMILY = "family";

    /** Reads a section; without a family it is a Transformer's. */
    static TranslationModel read(Settings section) {
        String family = section.value(FAMILY, String.class);
        return switch (family == null ? "transformer" : family) {
            case "transformer" -> Transformer.read(section);
            case Recurrent.NAME -> Recurrent.read(section);
            default -> throw section.invalid(FAMILY, "transformer or recurrent");
        };
    }

    /** The section that is read back as a model. */
    static JsonObject write(TranslationModel model) {
        return model.section();
    }

    JsonObject section();

    /** The model that fits the vocabularies. */
    TranslationModel fitted(ModelTokenizer tokenizer);

    /** D, which one of the schedules needs. */
    int modelSize();

    int padId();

    int eosId();

    int decoderStartId();

    /** Whether what is read ends with the end token. */
    boolean sourceEos();

    /** The content of its {@code config.json}. */
    JsonObject json();

    /** The model without weights yet, which takes (source, decoder inputs) and gives logits. */
    PretrainedModel newBlock();

    /** What is minimised. */
    default LabelSmoothedCrossEntropy loss(float smoothing) {
        return new LabelSmoothedCrossEntropy(smoothing, padId());
    }

    /** What it learns from, given batches of (source, decoder inputs). */
    default BatchSource batches(BatchSource pairs, long seed) {
        return pairs;
    }

    /**
     * A Transformer.
     *
     * @param config its hyperparameters
     */
    record Transformer(TransformerConfig config) implements TranslationModel {

        /** The sizes stand for those of the vocabulary, which {@link #fitted} fills in. */
        static final Transformer DEFAULT =
                new Transformer(TransformerConfig.builder().setVocabularySize(8000).build());

        private static final RecordCodec<TransformerConfig> CODEC =
                RecordCodec.camelCase(DEFAULT.config)
                        .derived(
                                "sourceVocabularySize",
                                "targetVocabularySize",
                                "padId",
                                "bosId",
                                "eosId",
                                "decoderStartId");

        static Transformer read(Settings section) {
            return new Transformer(CODEC.read(section));
        }

        @Override
        public JsonObject section() {
            return CODEC.write(config);
        }

        @Override
        public Transformer fitted(ModelTokenizer tokenizer) {
            return new Transformer(
                    config.toBuilder()
                            .setSourceVocabularySize(tokenizer.vocabularySize())
                            .setTargetVocabularySize(tokenizer.targetVocabularySize())
                            .optPadId(tokenizer.padId().orElseThrow())
                            .optBosId(tokenizer.bosId().orElseThrow())
                            .optEosId(tokenizer.eosId().orElseThrow())
                            .optDecoderStartId(tokenizer.bosId().orElseThrow())
                            .build());
        }

        @Override
        public int modelSize() {
            return config.modelSize();
        }

        @Override
        public int padId() {
            return config.padId();
        }

        @Override
        public int eosId() {
            return config.eosId();
        }

        @Override
        public int decoderStartId() {
            return config.decoderStartId();
        }

        @Override
        public boolean sourceEos() {
            return config.sourceEos();
        }

        @Override
        public JsonObject json() {
            return config.json();
        }

        @Override
        public TransformerModel newBlock() {
            return new TransformerModel(config);
        }
    }

    /**
     * A recurrent encoder and decoder with attention between them. Sources end with the end token.
     *
     * @param config its hyperparameters
     */
    record Recurrent(RecurrentConfig config) implements TranslationModel {

        static final String NAME = "recurrent";

        private static final RecordCodec<RecurrentConfig> CODEC =
                RecordCodec.camelCase(RecurrentConfig.luong().setVocabularySize(8000).build())
                        .derived(
                                "sourceVocabularySize",
                                "targetVocabularySize",
                                "padId",
                                "bosId",
                                "eosId",
                                "decoderStartId");

        static Recurrent read(Settings section) {
            return new Recurrent(CODEC.read(section));
        }

        @Override
        public JsonObject section() {
            JsonObject section = new JsonObject();
            section.addProperty(FAMILY, NAME);
            CODEC.write(config).entrySet().forEach(it -> section.add(it.getKey(), it.getValue()));
            return section;
        }

        @Override
        public Recurrent fitted(ModelTokenizer tokenizer) {
            return new Recurrent(
                    config.toBuilder()
                            .setSourceVocabularySize(tokenizer.vocabularySize())
                            .setTargetVocabularySize(tokenizer.targetVocabularySize())
                            .optPadId(tokenizer.padId().orElseThrow())
                            .optBosId(tokenizer.bosId().orElseThrow())
                            .optEosId(tokenizer.eosId().orElseThrow())
                            .optDecoderStartId(tokenizer.bosId().orElseThrow())
                            .build());
        }

        @Override
        public int modelSize() {
            return config.decoderSize();
        }

        @Override
        public int padId() {
            return config.padId();
        }

        @Override
        public int eosId() {
            return config.eosId();
        }

        @Override
        public int decoderStartId() {
            return config.decoderStartId();
        }

        @Override
        public boolean sourceEos() {
            return true;
        }

        @Override
        public JsonObject json() {
            return config.json();
        }

        @Override
        public RecurrentModel newBlock() {
            return new RecurrentModel(config);
        }

        @Override
        public LabelSmoothedCrossEntropy loss(float smoothing) {
            return config.coverageLoss() == 0
                    ? TranslationModel.super.loss(smoothing)
                    : new CoverageLoss(smoothing, padId(), config.coverageLoss());
        }

        @Override
        public BatchSource batches(BatchSource pairs, long seed) {
            return config.scheduledSampling().decay() == ScheduledSampling.Decay.NONE
                    ? pairs
                    : new SampledBatches(pairs, config.scheduledSampling()::truth, seed);
        }
    }
}
