package org.attn4j.cli.task.pairs;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.cli.task.ModelSection.Initialize;
import org.attn4j.common.Require;
import org.attn4j.models.adapter.AdapterConfig;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.family.encoderdecoder.FreshDecoder;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig;

/**
 * The section {@code model} of a run that teaches a published model to write texts for others.
 *
 * @param from the model that it begins with: a folder, or {@code org/name[@revision]} of the Hub
 * @param architecture which of the family's models; empty for the one that writes
 * @param initialize whether the weights of {@code from} are taken, or its configuration alone
 * @param config keys of {@code config.json} that are changed
 * @param prefix what stands before each source, such as T5's {@code translate English to German: }
 * @param sourceLanguage the language that is read, as a model of several languages names it
 * @param targetLanguage the language that is written
 * @param freezeEncoder whether the encoder stays as it is
 * @param decoder a new decoder behind a BERT; null for none
 * @param vocabulary what vocabulary that decoder learns of the targets; null for the BERT's own
 * @param lora an adapter that is trained in place of the model; null to train the model
 */
record PairsModel(
        String from,
        String architecture,
        Initialize initialize,
        JsonObject config,
        String prefix,
        String sourceLanguage,
        String targetLanguage,
        boolean freezeEncoder,
        FreshDecoder decoder,
        TokenizerTrainingConfig vocabulary,
        AdapterConfig lora) {

    static final PairsModel DEFAULT =
            new PairsModel(
                    "",
                    "",
                    Initialize.WEIGHTS,
                    new JsonObject(),
                    "",
                    "",
                    "",
                    false,
                    null,
                    null,
                    null);

    PairsModel {
        Require.that(
                decoder == null || config.size() == 0 && architecture.isEmpty(),
                "config and architecture are for a model without a new decoder: leave them out");
        Require.that(
                vocabulary == null || decoder != null,
                "vocabulary is for a new decoder: give decoder as well");
        Require.that(
                decoder == null || initialize == Initialize.WEIGHTS,
                "a new decoder is put behind the weights of a BERT, got initialize=random");
        Require.that(
                lora == null || decoder == null && initialize == Initialize.WEIGHTS,
                "lora is for a published model with its weights: leave decoder and initialize out");
    }

    private static final RecordCodec<FreshDecoder> DECODER =
            RecordCodec.camelCase(FreshDecoder.DEFAULTS);

    private static final RecordCodec<TokenizerTrainingConfig> VOCABULARY =
            RecordCodec.camelCase(TokenizerTrainingConfig.bpe(8000, 0)).derived("specialTokens");

    /** Tells a codec of the keys that no type tells. */
    static <C extends Record> RecordCodec<C> register(RecordCodec<C> codec) {
        return codec.form(
                        "model.config",
                        "a section of keys of config.json",
                        JsonElement::getAsJsonObject,
                        JsonObject::deepCopy)
                .section("model.decoder", DECODER::read, DECODER::write)
                .section("model.vocabulary", VOCABULARY::read, VOCABULARY::write)
                .section("model.lora", ModelSection.LORA::read, ModelSection.LORA::write);
    }
}
