package org.attn4j.models.family.encoderdecoder;

import java.util.List;
import java.util.Set;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.encoder.EncoderConfig;
import org.attn4j.models.model.seq2seq.LabelShift;

/** A BERT encoder and a BERT decoder: {@code model_type} {@code encoder-decoder}. */
public final class EncoderDecoderFamily implements ModelFamily {

    static final String MODEL_TYPE = "encoder-decoder";
    static final String ARCHITECTURE = "EncoderDecoderModel";

    /** Creates the family; the service loader calls this. */
    public EncoderDecoderFamily() {}

    @Override
    public Set<String> modelTypes() {
        return Set.of(MODEL_TYPE);
    }

    @Override
    public List<String> architectures() {
        return List.of(ARCHITECTURE);
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        reader.supportsOnly("is_encoder_decoder", true);
        reader.noEffect("vocab_size", "tie_word_embeddings"); // the sides have their own
        EncoderConfig encoder = side(reader, "encoder", false);
        EncoderConfig decoder = side(reader, "decoder", true);
        Integer padId = reader.token("pad_token_id", null, decoder.vocabularySize());
        LabelShift shift =
                LabelShift.startingWith(
                        reader.token("decoder_start_token_id", null, decoder.vocabularySize()),
                        padId);
        reader.finish();
        return BertToBert.create(
                architecture, encoder, decoder, shift, padId == null ? encoder.padId() : padId);
    }

    private static EncoderConfig side(ConfigReader reader, String name, boolean decoder) {
        ConfigReader side = reader.object(name);
        Require.that(
                side != null,
                "config.json: %s is missing; it is the configuration of the %s",
                name,
                name);
        side.supportsOnly("model_type", "bert");
        side.supportsOnly("is_decoder", decoder);
        side.supportsOnly("add_cross_attention", decoder);
        EncoderConfig config = EncoderConfig.of(side, EncoderConfig.Defaults.BERT);
        side.finish();
        return config;
    }
}
