package org.attn4j.models.family.encoderdecoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.seq2seq.EncoderDecoder;

/**
 * A decoder with random weights behind a published BERT, which makes an encoder-decoder of it: the
 * BERT2RND of Rothe et al. 2020.
 *
 * @param layers the number of its layers
 * @param heads the heads of its attentions
 * @param hiddenSize D of the decoder; 0 for that of the encoder
 * @param feedForwardSize the inner size of its feed-forward blocks; 0 for four times D
 * @param maxLength how many positions it has
 * @param dropout of embeddings and of what each sublayer adds
 * @param attentionDropout of attention weights
 */
public record FreshDecoder(
        int layers,
        int heads,
        int hiddenSize,
        int feedForwardSize,
        int maxLength,
        double dropout,
        double attentionDropout) {

    /** Three layers with the sizes of the encoder. */
    public static final FreshDecoder DEFAULTS = new FreshDecoder(3, 6, 0, 0, 512, 0.1, 0.1);

    private static final String MODEL_TYPE = "model_type";
    private static final String HIDDEN_SIZE = "hidden_size";
    private static final String ENCODER = "encoder.";

    public FreshDecoder {
        Require.atLeast("layers", layers, 1);
        Require.atLeast("heads", heads, 1);
        Require.atLeast("hiddenSize", hiddenSize, 0);
        Require.atLeast("feedForwardSize", feedForwardSize, 0);
        Require.atLeast("maxLength", maxLength, 2);
        Require.that(
                hiddenSize % heads == 0,
                "hiddenSize must be divisible by heads, got hiddenSize=%s, heads=%s",
                hiddenSize,
                heads);
        Require.that(
                dropout >= 0 && dropout < 1 && attentionDropout >= 0 && attentionDropout < 1,
                "dropout and attentionDropout must lie in [0, 1), got dropout=%s,"
                        + " attentionDropout=%s",
                dropout,
                attentionDropout);
    }

    /**
     * Writes the configuration of the encoder-decoder.
     *
     * @param bert the {@code config.json} of the encoder
     * @param vocabularySize how many tokens the decoder knows, V
     * @param padId what fills up rows, on both sides
     * @param startId what the decoder starts from
     * @param endId what ends a target
     * @return its {@code config.json}
     * @throws IllegalArgumentException if the encoder is no BERT, or sizes do not fit
     */
    public JsonObject config(
            JsonObject bert, int vocabularySize, int padId, int startId, int endId) {
        Require.that(
                bert.has(MODEL_TYPE) && bert.get(MODEL_TYPE).getAsString().equals("bert"),
                "a decoder is put behind a model of the type bert, got %s",
                bert.get(MODEL_TYPE));
        int encoderPadId = bert.has("pad_token_id") ? bert.get("pad_token_id").getAsInt() : 0;
        Require.that(
                encoderPadId == padId,
                "both sides must have one padding id, got %s of the encoder, %s of the decoder",
                encoderPadId,
                padId);
        JsonObject encoder = bert.deepCopy();
        encoder.remove("architectures");
        int size = hiddenSize == 0 ? bert.get(HIDDEN_SIZE).getAsInt() : hiddenSize;
        JsonObject decoder = new JsonObject();
        decoder.addProperty(MODEL_TYPE, "bert");
        decoder.addProperty("is_decoder", true);
        decoder.addProperty("add_cross_attention", true);
        decoder.addProperty("vocab_size", vocabularySize);
        decoder.addProperty(HIDDEN_SIZE, size);
        decoder.addProperty("num_hidden_layers", layers);
        decoder.addProperty("num_attention_heads", heads);
        decoder.addProperty("intermediate_size", feedForwardSize == 0 ? 4 * size : feedForwardSize);
        decoder.addProperty("hidden_act", "gelu");
        decoder.addProperty("hidden_dropout_prob", dropout);
        decoder.addProperty("attention_probs_dropout_prob", attentionDropout);
        decoder.addProperty("max_position_embeddings", maxLength);
        decoder.addProperty("pad_token_id", padId);
        JsonObject config = new JsonObject();
        config.add("architectures", new JsonArray());
        config.getAsJsonArray("architectures").add(EncoderDecoderFamily.ARCHITECTURE);
        config.addProperty(MODEL_TYPE, EncoderDecoderFamily.MODEL_TYPE);
        config.addProperty("is_encoder_decoder", true);
        config.addProperty("decoder_start_token_id", startId);
        config.addProperty("eos_token_id", endId);
        config.addProperty("pad_token_id", padId);
        config.add("encoder", encoder);
        config.add("decoder", decoder);
        return config;
    }

    /**
     * Makes the encoder-decoder: the encoder's weights are copies of a BERT's, those of the decoder
     * are random, by the engine's seed.
     *
     * @param config what {@link #config} gave
     * @param bert the BERT, with or without a head
     * @param manager where the weights live
     * @return the model
     * @throws IllegalArgumentException if a weight of the encoder is not the BERT's
     */
    public static EncoderDecoder create(JsonObject config, LoadedModel bert, NDManager manager) {
        EncoderDecoder model =
                (EncoderDecoder)
                        new EncoderDecoderFamily()
                                .create(
                                        new ConfigReader(config, "config.json"),
                                        EncoderDecoderFamily.ARCHITECTURE);
        model.initialize(manager, DataType.FLOAT32, model.smallestInput());
        Map<String, Parameter> weights = byTensor(bert.model());
        byTensor(model)
                .forEach(
                        (tensor, parameter) -> {
                            if (tensor.startsWith(ENCODER)) {
                                String name = tensor.substring(ENCODER.length());
                                Parameter weight =
                                        weights.getOrDefault("bert." + name, weights.get(name));
                                Require.that(weight != null, "the BERT has no tensor %s", name);
                                weight.getArray().copyTo(parameter.getArray());
                            }
                        });
        return model;
    }

    private static Map<String, Parameter> byTensor(PretrainedModel model) {
        Map<String, Parameter> parameters = new HashMap<>();
        BlockParameters.of(model)
                .byPath()
                .forEach(
                        (path, parameter) ->
                                parameters.put(
                                        model.weights().tensorOf(path).orElseThrow(), parameter));
        return parameters;
    }
}
