package org.attn4j.models.family.recurrent;

import com.google.gson.JsonObject;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.RecordCodec;

/** Reads and writes a {@link RecurrentConfig} as {@code config.json}. */
final class RecurrentCodec {

    private static final RecordCodec<RecurrentConfig> CODEC =
            RecordCodec.snakeCase(RecurrentConfig.luong().setVocabularySize(8000).build())
                    .key("decoder", "decoder_type")
                    .key("cell", "cell_type")
                    .key("attention", "attention_mechanism")
                    .key("heads", "attention_heads")
                    .key("maxLength", "max_position_embeddings")
                    .key("tie", "tie_embeddings")
                    .key("sourceVocabularySize", "source_vocab_size")
                    .key("targetVocabularySize", "target_vocab_size")
                    .key("padId", "pad_token_id")
                    .key("bosId", "bos_token_id")
                    .key("eosId", "eos_token_id")
                    .key("decoderStartId", "decoder_start_token_id");

    private RecurrentCodec() {}

    static JsonObject write(RecurrentConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty("model_type", RecurrentFamily.MODEL_TYPE);
        json.addProperty("is_encoder_decoder", true);
        CODEC.write(config).entrySet().forEach(it -> json.add(it.getKey(), it.getValue()));
        return json;
    }

    static RecurrentConfig read(ConfigReader reader) {
        reader.supportsOnly("model_type", RecurrentFamily.MODEL_TYPE);
        reader.supportsOnly("is_encoder_decoder", true);
        int both = reader.integer("vocab_size", 0);
        RecurrentConfig defaults =
                RecurrentConfig.luong()
                        .setSourceVocabularySize(reader.integer("source_vocab_size", both))
                        .setTargetVocabularySize(reader.integer("target_vocab_size", both))
                        .optBosId(reader.integer("bos_token_id", 1))
                        .build();
        return CODEC.readPart(reader, defaults);
    }
}
