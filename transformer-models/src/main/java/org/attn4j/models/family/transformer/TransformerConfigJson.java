package org.attn4j.models.family.transformer;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.attn4j.attention.spec.AttentionPlace;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.NormOrder;

/**
 * Reads and writes a {@link TransformerConfig} as {@code config.json}, with the keys that Hugging
 * Face's BART family uses where it has one.
 *
 * <p>Keys that configure nothing ({@code architectures}, {@code comment}, those that begin with an
 * underscore and the like) are passed over; any other unknown key is refused by name, since a
 * setting that is silently ignored makes a model that computes something else.
 */
public final class TransformerConfigJson {

    /** The {@code model_type} of a configuration that this class reads. */
    public static final String MODEL_TYPE = "attn4j-transformer";

    private static final Set<String> INFORMATION =
            Set.of(
                    "architectures",
                    "comment",
                    "unk",
                    "unk_token_id",
                    "torch_dtype",
                    "dtype",
                    "transformers_version",
                    "is_encoder_decoder",
                    "use_cache",
                    "licence",
                    "license",
                    "source");

    /** How a free description of sinusoids, {@code positional}, tells where positions start. */
    private static final Pattern START = Pattern.compile("positions? starts? at (\\d+)");

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private TransformerConfigJson() {}

    /**
     * Writes a configuration.
     *
     * @param config the configuration
     * @return the text of its {@code config.json}
     */
    public static String write(TransformerConfig config) {
        return GSON.toJson(json(config)) + "\n";
    }

    /**
     * Returns a configuration as JSON.
     *
     * @param config the configuration
     * @return the content of its {@code config.json}
     */
    public static JsonObject json(TransformerConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty("model_type", MODEL_TYPE);
        json.addProperty("is_encoder_decoder", true);
        json.addProperty("d_model", config.modelSize());
        json.addProperty("encoder_layers", config.encoderLayers());
        json.addProperty("decoder_layers", config.decoderLayers());
        json.addProperty("encoder_attention_heads", config.encoderHeads());
        json.addProperty("decoder_attention_heads", config.decoderHeads());
        json.addProperty("encoder_ffn_dim", config.encoderFeedForwardSize());
        json.addProperty("decoder_ffn_dim", config.decoderFeedForwardSize());
        json.addProperty("dropout", config.dropout());
        json.addProperty("attention_dropout", config.attentionDropout());
        json.addProperty("activation_dropout", config.activationDropout());
        json.addProperty("activation_function", config.activation().configName());
        json.addProperty("normalize_before", config.normOrder() == NormOrder.PRE);
        json.addProperty("final_layer_norm", config.finalNorm());
        json.addProperty("layer_norm_eps", config.layerNormEpsilon());
        if (!config.attention().equals(TransformerAttention.multiHead())) {
            json.add("attention_mechanisms", attention(config.attention()));
        }
        json.addProperty("position_embedding_type", lower(config.positions()));
        json.addProperty("sinusoid_layout", lower(config.sinusoidLayout()));
        json.addProperty("first_position", config.firstPosition());
        json.addProperty("max_position_embeddings", config.maxLength());
        json.addProperty("scale_embedding", config.scaleEmbedding());
        json.addProperty("tie_embeddings", lower(config.tie()));
        json.addProperty("tie_word_embeddings", config.tie() != Tie.NONE);
        json.addProperty("lm_head_bias", config.outputBias());
        json.addProperty("source_vocab_size", config.sourceVocabularySize());
        json.addProperty("target_vocab_size", config.targetVocabularySize());
        json.addProperty("pad_token_id", config.padId());
        json.addProperty("bos_token_id", config.bosId());
        json.addProperty("eos_token_id", config.eosId());
        json.addProperty("decoder_start_token_id", config.decoderStartId());
        json.addProperty("source_has_eos", config.sourceEos());
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
    public static TransformerConfig read(String text) {
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
    public static TransformerConfig read(JsonObject json) {
        return new Reader(json).read();
    }

    private static JsonObject attention(TransformerAttention attention) {
        JsonObject json = new JsonObject();
        for (AttentionPlace place : AttentionPlace.values()) {
            json.add(lower(place), GSON.toJsonTree(attention.at(place).toObject()));
        }
        return json;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Takes one key after the other; what is left at the end is unknown. */
    private static final class Reader {

        private final JsonObject json;
        private final Set<String> left;
        private final TransformerConfig.Builder builder = TransformerConfig.builder();

        Reader(JsonObject json) {
            this.json = json;
            left = new TreeSet<>(json.keySet());
        }

        TransformerConfig read() {
            readModelType();
            readSizes();
            readLayers();
            readAttention();
            readPositions();
            readEmbeddings();
            readTokens();
            refuseTheRest();
            return builder.build();
        }

        private void readModelType() {
            take("model_type", JsonElement::getAsString, this::checkModelType);
        }

        private void checkModelType(String type) {
            if (!type.equals(MODEL_TYPE)) {
                throw new IllegalArgumentException(
                        "config.json: model_type must be " + MODEL_TYPE + ", got " + type);
            }
        }

        private void readSizes() {
            takeInt("d_model", builder::optModelSize);
            takeInt("encoder_layers", builder::optEncoderLayers);
            takeInt("decoder_layers", builder::optDecoderLayers);
            takeInt("encoder_attention_heads", builder::optEncoderHeads);
            takeInt("decoder_attention_heads", builder::optDecoderHeads);
            takeInt("encoder_ffn_dim", builder::optEncoderFeedForwardSize);
            takeInt("decoder_ffn_dim", builder::optDecoderFeedForwardSize);
            takeInt("vocab_size", builder::setVocabularySize);
            takeInt("source_vocab_size", builder::setSourceVocabularySize);
            takeInt("target_vocab_size", builder::setTargetVocabularySize);
        }

        private void readLayers() {
            take("dropout", JsonElement::getAsFloat, builder::optDropout);
            take("attention_dropout", JsonElement::getAsFloat, builder::optAttentionDropout);
            take("activation_dropout", JsonElement::getAsFloat, builder::optActivationDropout);
            take(
                    "activation_function",
                    name -> Activation.of(name.getAsString()),
                    builder::optActivation);
            takeFlag(
                    "normalize_before",
                    pre -> builder.optNormOrder(pre ? NormOrder.PRE : NormOrder.POST));
            takeFlag("final_layer_norm", builder::optFinalNorm);
            take("layer_norm_eps", JsonElement::getAsDouble, builder::optLayerNormEpsilon);
        }

        private void readAttention() {
            take("attention_mechanisms", JsonElement::getAsJsonObject, this::readMechanisms);
        }

        private void readMechanisms(JsonObject mechanisms) {
            TransformerAttention attention = TransformerAttention.multiHead();
            Set<String> unknown = new TreeSet<>(mechanisms.keySet());
            for (AttentionPlace place : AttentionPlace.values()) {
                String key = lower(place);
                if (unknown.remove(key)) {
                    attention = attention.with(place, mechanism(key, mechanisms.get(key)));
                }
            }
            if (!unknown.isEmpty()) {
                throw new IllegalArgumentException(
                        "config.json: attention_mechanisms has unknown places: "
                                + String.join(", ", unknown));
            }
            builder.optAttention(attention);
        }

        private static AttentionSpec mechanism(String key, JsonElement json) {
            try {
                return AttentionSpec.of(plain(json));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "config.json: attention_mechanisms." + key + ": " + e.getMessage(), e);
            }
        }

        /** A JSON value as text, number, boolean, list or map; whole numbers stay whole. */
        private static Object plain(JsonElement json) {
            if (json.isJsonObject()) {
                Map<String, Object> map = new LinkedHashMap<>();
                json.getAsJsonObject()
                        .entrySet()
                        .forEach(e -> map.put(e.getKey(), plain(e.getValue())));
                return map;
            }
            if (json.isJsonArray()) {
                return json.getAsJsonArray().asList().stream().map(Reader::plain).toList();
            }
            if (json.isJsonNull()) {
                throw new IllegalArgumentException("null is no value");
            }
            JsonPrimitive primitive = json.getAsJsonPrimitive();
            if (primitive.isNumber()) {
                double number = primitive.getAsDouble();
                boolean whole = number == (int) number && primitive.getAsString().matches("-?\\d+");
                return whole ? (Object) (int) number : (Object) number;
            }
            return primitive.isBoolean()
                    ? (Object) primitive.getAsBoolean()
                    : primitive.getAsString();
        }

        private void readPositions() {
            take("positional", JsonElement::getAsString, this::describePositions);
            takeEnum("position_embedding_type", PositionKind.values(), builder::optPositions);
            takeEnum("sinusoid_layout", SinusoidLayout.values(), builder::optSinusoidLayout);
            takeInt("first_position", builder::optFirstPosition);
            takeInt("max_position_embeddings", builder::optMaxLength);
        }

        /** Understands the description of positions that converted checkpoints carry. */
        private void describePositions(String description) {
            String text = description.toLowerCase(Locale.ROOT).replace(" ", "");
            if (!text.startsWith("sinusoidal")) {
                takeAs("positional", description, PositionKind.values(), builder::optPositions);
                return;
            }
            builder.optPositions(PositionKind.SINUSOIDAL);
            boolean concatenated = text.contains("concat(sin,cos)");
            boolean shortened = text.contains("d/2-1");
            if (concatenated) {
                builder.optSinusoidLayout(
                        shortened ? SinusoidLayout.TENSOR2TENSOR : SinusoidLayout.CONCATENATED);
            } else if (shortened) {
                throw new IllegalArgumentException(
                        "config.json: positional describes sinusoids of a layout that is not"
                                + " known; set sinusoid_layout instead: "
                                + description);
            }
            Matcher start = START.matcher(description.toLowerCase(Locale.ROOT));
            if (start.find()) {
                builder.optFirstPosition(Integer.parseInt(start.group(1)));
            }
        }

        private void readEmbeddings() {
            takeFlag("scale_embedding", builder::optScaleEmbedding);
            takeFlag("tie_word_embeddings", tied -> builder.optTie(tied ? Tie.DECODER : Tie.NONE));
            takeEnum("tie_embeddings", Tie.values(), builder::optTie);
            // Converted OpenNMT checkpoints say so by their class alone: their projection is
            // biased.
            boolean converted =
                    json.has("architectures")
                            && json.get("architectures")
                                    .toString()
                                    .contains("PreNormSeq2SeqTransformer");
            builder.optOutputBias(converted);
            takeFlag("lm_head_bias", builder::optOutputBias);
        }

        private void readTokens() {
            takeInt("pad_token_id", builder::optPadId);
            takeInt("bos_token_id", builder::optBosId);
            takeInt("eos_token_id", builder::optEosId);
            takeInt("decoder_start_token_id", builder::optDecoderStartId);
            takeFlag("source_has_eos", builder::optSourceEos);
        }

        private void refuseTheRest() {
            left.removeIf(key -> key.startsWith("_") || INFORMATION.contains(key));
            if (!left.isEmpty()) {
                throw new IllegalArgumentException(
                        "config.json: unknown settings: " + String.join(", ", left));
            }
        }

        private void takeInt(String key, Consumer<Integer> setter) {
            take(key, JsonElement::getAsInt, setter);
        }

        private void takeFlag(String key, Consumer<Boolean> setter) {
            take(key, Reader::asBoolean, setter);
        }

        private <E extends Enum<E>> void takeEnum(String key, E[] values, Consumer<E> setter) {
            take(key, JsonElement::getAsString, name -> takeAs(key, name, values, setter));
        }

        private static <E extends Enum<E>> void takeAs(
                String key, String name, E[] values, Consumer<E> setter) {
            setter.accept(
                    Arrays.stream(values)
                            .filter(value -> lower(value).equals(name.toLowerCase(Locale.ROOT)))
                            .findFirst()
                            .orElseThrow(() -> unknownValue(key, name, List.of(values))));
        }

        private static IllegalArgumentException unknownValue(
                String key, String name, List<? extends Enum<?>> values) {
            String known = values.stream().map(v -> lower(v)).collect(Collectors.joining(", "));
            return new IllegalArgumentException(
                    "config.json: " + key + " must be one of " + known + ", got " + name);
        }

        /** Gson would read any other string as false. */
        private static boolean asBoolean(JsonElement element) {
            if (!element.getAsJsonPrimitive().isBoolean()) {
                throw new IllegalStateException("not a boolean");
            }
            return element.getAsBoolean();
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
