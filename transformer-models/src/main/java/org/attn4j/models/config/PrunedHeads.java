package org.attn4j.models.config;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.common.Require;

/**
 * The heads that a model is without, {@code pruned_heads} of a {@code config.json}.
 *
 * <p>A model of one stack has the key of transformers 4, the number of a layer: {@code {"0": [1,
 * 3]}}. One of an encoder and a decoder has a key for each attention: {@code
 * {"encoder.layers.0.self_attn": [1, 3], "decoder.layers.0.encoder_attn": [0]}}. Heads are counted
 * as they were before any was pruned, as are the numbers of heads in the configuration.
 *
 * @param byAttention the numbers of the heads, by the key of their attention; none empty
 */
public record PrunedHeads(Map<String, Set<Integer>> byAttention) {

    /** The setting. */
    public static final String KEY = "pruned_heads";

    /** No heads. */
    public static final PrunedHeads NONE = new PrunedHeads(Map.of());

    public PrunedHeads {
        Map<String, Set<Integer>> copy = new TreeMap<>();
        byAttention.forEach(
                (attention, heads) -> {
                    if (!heads.isEmpty()) {
                        copy.put(attention, Collections.unmodifiableSet(new TreeSet<>(heads)));
                    }
                });
        byAttention = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads the setting of a configuration.
     *
     * @param config the configuration
     * @return its pruned heads; none if it has none
     * @throws IllegalArgumentException if the setting is malformed
     */
    public static PrunedHeads of(ConfigReader config) {
        JsonElement value = config.get(KEY);
        return value == null ? NONE : (PrunedHeads) config.converted(KEY, () -> of(value));
    }

    /**
     * Reads the value of the setting.
     *
     * @param json an object with a list of numbers for each attention
     * @return the heads
     * @throws IllegalArgumentException if it is something else
     */
    public static PrunedHeads of(JsonElement json) {
        Map<String, Set<Integer>> heads = new TreeMap<>();
        Require.that(
                json.isJsonObject(),
                "must be a list of heads for each attention, got %s",
                Settings.shortened(json));
        for (Map.Entry<String, JsonElement> entry : json.getAsJsonObject().entrySet()) {
            Set<Integer> numbers = new TreeSet<>();
            boolean list = entry.getValue() instanceof JsonArray;
            for (JsonElement number : list ? entry.getValue().getAsJsonArray() : new JsonArray()) {
                list &= number.toString().matches("\\d{1,6}") && numbers.add(number.getAsInt());
            }
            Require.that(
                    list,
                    "must list each head of %s once, by its number, got %s",
                    entry.getKey(),
                    Settings.shortened(entry.getValue()));
            heads.put(entry.getKey(), numbers);
        }
        return new PrunedHeads(heads);
    }

    /**
     * Returns the value of the setting.
     *
     * @return an object that {@link #of(JsonElement)} reads
     */
    public JsonObject json() {
        JsonObject json = new JsonObject();
        byAttention.forEach(
                (attention, heads) -> {
                    JsonArray numbers = new JsonArray();
                    heads.forEach(numbers::add);
                    json.add(attention, numbers);
                });
        return json;
    }

    /**
     * Returns the pruned heads of an attention.
     *
     * @param attention its key
     * @return their numbers, ascending
     */
    public Set<Integer> at(String attention) {
        return byAttention.getOrDefault(attention, Set.of());
    }

    /**
     * Returns the pruned heads of a layer of a model of one stack.
     *
     * @param layer the number of the layer
     * @return their numbers, ascending
     */
    public Set<Integer> at(int layer) {
        return at(String.valueOf(layer));
    }

    /**
     * Returns the pruned heads of an attention of a model of an encoder and a decoder.
     *
     * @param slot which attention of its layer
     * @param layer the number of the layer
     * @return their numbers, ascending
     */
    public Set<Integer> at(AttentionSlot slot, int layer) {
        return at(key(slot, layer));
    }

    /**
     * Returns the key of an attention of a model of an encoder and a decoder.
     *
     * @param slot which attention of its layer
     * @param layer the number of the layer
     * @return such as {@code decoder.layers.0.encoder_attn}
     */
    public static String key(AttentionSlot slot, int layer) {
        String side = slot == AttentionSlot.ENCODER_SELF ? "encoder" : "decoder";
        String attention = slot == AttentionSlot.CROSS ? "encoder_attn" : "self_attn";
        return side + ".layers." + layer + "." + attention;
    }

    /**
     * Returns these heads and those of another.
     *
     * @param other other heads, counted in the same way
     * @return all of them
     */
    public PrunedHeads and(PrunedHeads other) {
        Map<String, Set<Integer>> all = new TreeMap<>();
        byAttention.forEach((attention, heads) -> all.put(attention, new TreeSet<>(heads)));
        other.byAttention.forEach(
                (attention, heads) ->
                        all.computeIfAbsent(attention, none -> new TreeSet<>()).addAll(heads));
        return new PrunedHeads(all);
    }

    /**
     * Checks the heads of a model of one stack.
     *
     * @param layers how many layers it has
     * @param heads how many heads each has
     * @throws IllegalArgumentException if there is no such attention or head
     */
    public void requireWithin(int layers, int heads) {
        byAttention.forEach(
                (key, numbers) -> {
                    requireLayer(key, key, layers);
                    requireHeads(key, numbers, heads);
                });
    }

    /**
     * Checks the heads of a model of an encoder and a decoder.
     *
     * @param encoderLayers how many layers the encoder has
     * @param encoderHeads how many heads each has
     * @param decoderLayers how many layers the decoder has
     * @param decoderHeads how many heads each attention of these has
     * @throws IllegalArgumentException if there is no such attention or head
     */
    public void requireWithin(
            int encoderLayers, int encoderHeads, int decoderLayers, int decoderHeads) {
        byAttention.forEach(
                (key, numbers) -> {
                    boolean encoder = key.matches("encoder\\.layers\\.\\d+\\.self_attn");
                    boolean decoder =
                            key.matches("decoder\\.layers\\.\\d+\\.(self_attn|encoder_attn)");
                    Require.that(
                            encoder || decoder,
                            "pruned_heads has keys such as encoder.layers.0.self_attn,"
                                    + " decoder.layers.0.self_attn and decoder.layers.0.encoder_attn,"
                                    + " got %s",
                            key);
                    requireLayer(key, key.split("\\.")[2], encoder ? encoderLayers : decoderLayers);
                    requireHeads(key, numbers, encoder ? encoderHeads : decoderHeads);
                });
    }

    private static void requireLayer(String key, String layer, int layers) {
        Require.that(
                layer.matches("0|[1-9]\\d{0,5}") && Integer.parseInt(layer) < layers,
                "pruned_heads must be of the layers from 0 to %s, got %s",
                layers - 1,
                key);
    }

    private static void requireHeads(String key, Set<Integer> pruned, int heads) {
        Require.that(
                pruned.size() < heads && pruned.stream().allMatch(head -> head < heads),
                "pruned_heads of %s must be some of the heads from 0 to %s and not all, got %s",
                key,
                heads - 1,
                pruned);
    }
}
