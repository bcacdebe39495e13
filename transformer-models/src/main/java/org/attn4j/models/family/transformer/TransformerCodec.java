package org.attn4j.models.family.transformer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.config.RecordCodec;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.Tie;

/**
 * Reads and writes a {@link TransformerConfig} as {@code config.json}, with the keys that Hugging
 * Face's BART family uses where it has one.
 */
final class TransformerCodec {

    /** How a free description of sinusoids, {@code positional}, tells where positions start. */
    private static final Pattern START = Pattern.compile("positions? starts? at (\\d+)");

    private static final RecordCodec<TransformerConfig> CODEC =
            RecordCodec.snakeCase(TransformerConfig.builder().setVocabularySize(8000).build())
                    .key("modelSize", "d_model")
                    .key("encoderHeads", "encoder_attention_heads")
                    .key("decoderHeads", "decoder_attention_heads")
                    .key("encoderFeedForwardSize", "encoder_ffn_dim")
                    .key("decoderFeedForwardSize", "decoder_ffn_dim")
                    .key("activation", "activation_function")
                    .<Activation>form(
                            "activation",
                            "one of " + names(),
                            name -> Activation.of(name.getAsString()),
                            activation -> new JsonPrimitive(activation.configName()))
                    .key("normOrder", "normalize_before")
                    .<NormOrder>form(
                            "normOrder",
                            "true or false",
                            pre -> order(pre.getAsJsonPrimitive()),
                            order -> new JsonPrimitive(order == NormOrder.PRE))
                    .key("finalNorm", "final_layer_norm")
                    .key("layerNormEpsilon", "layer_norm_eps")
                    .key("attention", "attention_mechanisms")
                    .optional("attention")
                    .key("positions", "position_embedding_type")
                    .key("maxLength", "max_position_embeddings")
                    .key("tie", "tie_embeddings")
                    .key("outputBias", "lm_head_bias")
                    .key("sourceVocabularySize", "source_vocab_size")
                    .key("targetVocabularySize", "target_vocab_size")
                    .key("padId", "pad_token_id")
                    .key("bosId", "bos_token_id")
                    .key("eosId", "eos_token_id")
                    .key("decoderStartId", "decoder_start_token_id")
                    .key("sourceEos", "source_has_eos")
                    .form(
                            "prunedHeads",
                            "a list of heads, each once, for each attention",
                            PrunedHeads::of,
                            PrunedHeads::json)
                    .optional("prunedHeads");

    private TransformerCodec() {}

    private static String names() {
        return Arrays.stream(Activation.values())
                .map(Activation::configName)
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static NormOrder order(JsonPrimitive pre) {
        Require.that(pre.isBoolean(), "normalize_before must be true or false, got %s", pre);
        return pre.getAsBoolean() ? NormOrder.PRE : NormOrder.POST;
    }

    static JsonObject write(TransformerConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty("model_type", TransformerFamily.MODEL_TYPE);
        json.addProperty("is_encoder_decoder", true);
        json.addProperty("tie_word_embeddings", config.tie() != Tie.NONE);
        CODEC.write(config).entrySet().forEach(it -> json.add(it.getKey(), it.getValue()));
        return json;
    }

    static TransformerConfig read(ConfigReader reader) {
        reader.supportsOnly("model_type", TransformerFamily.MODEL_TYPE);
        reader.supportsOnly("is_encoder_decoder", true);
        reader.noEffect("comment", "unk", "unk_token_id", "licence", "source");
        return CODEC.readPart(reader, defaults(reader));
    }

    /** What a document without a setting means by that, which follows from others. */
    private static TransformerConfig defaults(ConfigReader reader) {
        int both = reader.integer("vocab_size", 0);
        TransformerConfig.Builder builder =
                TransformerConfig.builder()
                        .setSourceVocabularySize(reader.integer("source_vocab_size", both))
                        .setTargetVocabularySize(reader.integer("target_vocab_size", both))
                        .optOutputBias(isConverted(reader));
        if (reader.bool("normalize_before", false)) {
            builder.optNormOrder(NormOrder.PRE);
        }
        if (reader.has("tie_word_embeddings")) {
            boolean tied = reader.bool("tie_word_embeddings", true);
            builder.optTie(tied ? Tie.DECODER : Tie.NONE);
        }
        if (reader.has("positional")) {
            describePositions(reader.string("positional", null), builder);
        }
        return builder.build();
    }

    /** Converted OpenNMT checkpoints say by their class alone that their projection is biased. */
    private static boolean isConverted(ConfigReader reader) {
        return reader.get("architectures") instanceof JsonArray names
                && names.contains(new JsonPrimitive(TransformerFamily.CONVERTED));
    }

    /** Understands the description of positions that converted checkpoints carry. */
    private static void describePositions(String description, TransformerConfig.Builder builder) {
        String text = description.toLowerCase(Locale.ROOT).replace(" ", "");
        Require.that(
                text.startsWith("sinusoidal"),
                "config.json: positional describes sinusoidal positions alone; set"
                        + " position_embedding_type instead, got %s",
                description);
        boolean concatenated = text.contains("concat(sin,cos)");
        boolean shortened = text.contains("d/2-1");
        Require.that(
                concatenated || !shortened,
                "config.json: positional describes sinusoids of a layout that is not known; set"
                        + " sinusoid_layout instead, got %s",
                description);
        if (concatenated) {
            builder.optSinusoidLayout(
                    shortened ? SinusoidLayout.TENSOR2TENSOR : SinusoidLayout.CONCATENATED);
        }
        Matcher start = START.matcher(Objects.requireNonNull(description).toLowerCase(Locale.ROOT));
        if (start.find()) {
            builder.optFirstPosition(Integer.parseInt(start.group(1)));
        }
    }
}
