package org.attn4j.cli.config;

import com.google.gson.JsonObject;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.config.Settings;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.tokenizer.ModelTokenizer;

/**
 * The section {@code model} of a run of translation that learns its vocabularies and all weights:
 * the hyperparameters of what is trained.
 */
public sealed interface TranslationModel {

    /** Reads a section; without a family it is a Transformer's. */
    static TranslationModel read(Settings section) {
        return Transformer.read(section);
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
}
