package org.attn4j.models.family.recurrent;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.spec.AttentionSpec;

/**
 * Reads and writes a {@link RecurrentConfig} as {@code config.json}.
 *
 * <p>A key that is unknown is refused by name, since a setting that is silently ignored makes a
 * model that computes something else; {@code architectures} and the like, which configure nothing,
 * are passed over.
 */
public final class RecurrentConfigJson {

    /** The {@code model_type} of a configuration that this class reads. */
    public static final String MODEL_TYPE = "attn4j-recurrent";

    private static final Set<String> INFORMATION =
            Set.of("architectures", "is_encoder_decoder", "torch_dtype", "transformers_version");

    private static final Gson GSON =
            new GsonBuilder()
                    .setPrettyPrinting()
                    .disableHtmlEscaping()
                    .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                    .create();

    private RecurrentConfigJson() {}

    /**
     * Writes a configuration.
     *
     * @param config the configuration
     * @return the text of its {@code config.json}
     */
    public static String write(RecurrentConfig config) {
        return GSON.toJson(json(config)) + "\n";
    }

    /**
     * Returns a configuration as JSON.
     *
     * @param config the configuration
     * @return the content of its {@code config.json}
     */
    public static JsonObject json(RecurrentConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty("model_type", MODEL_TYPE);
        json.addProperty("is_encoder_decoder", true);
        json.addProperty("decoder_type", lower(config.decoder()));
        json.addProperty("cell_type", lower(config.cell()));
        json.add("attention_mechanism", GSON.toJsonTree(config.attention().toObject()));
        json.addProperty("embedding_size", config.embeddingSize());
        json.addProperty("encoder_size", config.encoderSize());
        json.addProperty("encoder_layers", config.encoderLayers());
        json.addProperty("bidirectional", config.bidirectional());
        json.addProperty("decoder_size", config.decoderSize());
        json.addProperty("decoder_layers", config.decoderLayers());
        json.addProperty("input_feeding", config.inputFeeding());
        json.addProperty("maxout_size", config.maxoutSize());
        json.addProperty("attention_heads", config.heads());
        json.addProperty("max_position_embeddings", config.maxLength());
        json.addProperty("dropout", config.dropout());
        json.addProperty("attention_dropout", config.attentionDropout());
        json.addProperty("source_vocab_size", config.sourceVocabularySize());
        json.addProperty("target_vocab_size", config.targetVocabularySize());
        json.addProperty("pad_token_id", config.padId());
        json.addProperty("bos_token_id", config.bosId());
        json.addProperty("eos_token_id", config.eosId());
        json.addProperty("decoder_start_token_id", config.decoderStartId());
        return json;
    }

    /**
     * Reads a configuration.
     *
     * @param text the text of a {@code config.json}
     * @return the configuration
     * @throws IllegalArgumentException if the text is not a JSON object, lacks a vocabulary size,
     *     or holds a key that is unknown or a value that does not fit
     */
    public static RecurrentConfig read(String text) {
        JsonElement json;
        try {
            json = JsonParser.parseString(text);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("config.json is not JSON: " + e.getMessage(), e);
        }
        if (!json.isJsonObject()) {
            throw new IllegalArgumentException("config.json must hold one JSON object");
        }
        return read(json.getAsJsonObject());
    }

    /**
     * Reads a configuration that is parsed already.
     *
     * @param json the object of a {@code config.json}
     * @return the configuration
     * @throws IllegalArgumentException if it holds a key that is unknown or a value that does not
     *     fit
     */
    public static RecurrentConfig read(JsonObject json) {
        return new Reader(json).read();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Takes one key after the other; what is left at the end is unknown. */
    private static final class Reader {

        private final JsonObject json;
        private final Set<String> left;
        private final RecurrentConfig.Builder builder = RecurrentConfig.luong();

        Reader(JsonObject json) {
            this.json = json;
            left = new TreeSet<>(json.keySet());
        }

        RecurrentConfig read() {
            take("model_type", JsonElement::getAsString, Reader::checkModelType);
            takeEnum("decoder_type", DecoderKind.values(), builder::optDecoder);
            takeEnum("cell_type", CellKind.values(), builder::optCell);
            take("attention_mechanism", Reader::mechanism, builder::optAttention);
            takeInt("embedding_size", builder::optEmbeddingSize);
            takeInt("encoder_size", builder::optEncoderSize);
            takeInt("encoder_layers", builder::optEncoderLayers);
            take("bidirectional", Reader::flag, builder::optBidirectional);
            takeInt("decoder_size", builder::optDecoderSize);
            takeInt("decoder_layers", builder::optDecoderLayers);
            take("input_feeding", Reader::flag, builder::optInputFeeding);
            takeInt("maxout_size", builder::optMaxoutSize);
            takeInt("attention_heads", builder::optHeads);
            takeInt("max_position_embeddings", builder::optMaxLength);
            take("dropout", JsonElement::getAsFloat, builder::optDropout);
            take("attention_dropout", JsonElement::getAsFloat, builder::optAttentionDropout);
            takeInt("vocab_size", builder::setVocabularySize);
            takeInt("source_vocab_size", builder::setSourceVocabularySize);
            takeInt("target_vocab_size", builder::setTargetVocabularySize);
            takeInt("pad_token_id", builder::optPadId);
            takeInt("bos_token_id", builder::optBosId);
            takeInt("eos_token_id", builder::optEosId);
            takeInt("decoder_start_token_id", builder::optDecoderStartId);
            left.removeIf(key -> key.startsWith("_") || INFORMATION.contains(key));
            if (!left.isEmpty()) {
                throw new IllegalArgumentException(
                        "config.json: unknown settings: " + String.join(", ", left));
            }
            return builder.build();
        }

        private static void checkModelType(String type) {
            if (!type.equals(MODEL_TYPE)) {
                throw new IllegalArgumentException(
                        "config.json: model_type must be " + MODEL_TYPE + ", got " + type);
            }
        }

        private static AttentionSpec mechanism(JsonElement element) {
            return AttentionSpec.of(GSON.fromJson(element, Object.class));
        }

        /** Gson would read any other string as false. */
        private static boolean flag(JsonElement element) {
            if (!element.getAsJsonPrimitive().isBoolean()) {
                throw new IllegalStateException("not a boolean");
            }
            return element.getAsBoolean();
        }

        private void takeInt(String key, Consumer<Integer> setter) {
            take(key, JsonElement::getAsInt, setter);
        }

        private <E extends Enum<E>> void takeEnum(String key, E[] values, Consumer<E> setter) {
            take(key, JsonElement::getAsString, name -> setter.accept(named(key, name, values)));
        }

        private static <E extends Enum<E>> E named(String key, String name, E[] values) {
            return Arrays.stream(values)
                    .filter(value -> lower(value).equals(name.toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new IllegalArgumentException(
                                            "config.json: "
                                                    + key
                                                    + " must be one of "
                                                    + Arrays.stream(values)
                                                            .map(RecurrentConfigJson::lower)
                                                            .collect(Collectors.joining(", "))
                                                    + ", got "
                                                    + name));
        }

        private <T> void take(String key, Function<JsonElement, T> as, Consumer<T> setter) {
            left.remove(key);
            JsonElement element = json.get(key);
            if (element == null || element.isJsonNull()) {
                return;
            }
            T value;
            try {
                value = as.apply(element);
            } catch (ClassCastException
                    | IllegalStateException
                    | NumberFormatException
                    | UnsupportedOperationException e) {
                throw new IllegalArgumentException(
                        "config.json: " + key + " has a value of the wrong kind: " + element, e);
            }
            setter.accept(value);
        }
    }
}
