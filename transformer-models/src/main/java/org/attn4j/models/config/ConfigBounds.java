package org.attn4j.models.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Pattern;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.TensorSource;

/**
 * Holds the numbers of a configuration against the files beside it, before a model is made of it: a
 * made-up number of layers would take all memory for blocks that no tensor fills. The bounds are
 * wide, for shapes are compared before any array is made; they keep what a model makes of a number
 * alone, such as the frequencies of positions, small.
 */
public final class ConfigBounds {

    private static final Pattern LAYERS =
            Pattern.compile("(.*_)?layers?|num_hidden_groups|inner_group_num");
    private static final Pattern EXPERTS = Pattern.compile("(.*_)?experts");

    private static final Pattern SIZES =
            Pattern.compile("(.*_)?(size|dim|model|heads?|embd|inner|ff|kv|rank|labels|buckets)");

    /** The greatest size that is taken whatever the files hold. */
    private static final long ALWAYS_A_SIZE = 1 << 20;

    /** Layers of an unusual family may share tensors. */
    private static final int ALWAYS_THAT_MANY_LAYERS = 64;

    /** ALBERT's layers do, and one tensor may hold all experts. */
    private static final int ALWAYS_THAT_MANY_USES = 1024;

    private static final int MAX_DEPTH = 3;

    private static final int LONGEST_NUMBER = 30;

    private ConfigBounds() {}

    /**
     * Checks the counts of layers and experts, and the sizes.
     *
     * @param config the content of a {@code config.json}
     * @param weights the files, by their headers
     * @throws IllegalArgumentException if a number cannot be true of them
     */
    public static void check(JsonObject config, TensorSource weights) {
        long largest = 0;
        for (String name : weights.names()) {
            for (long dimension : weights.info(name).shape().getShape()) {
                largest = Math.max(largest, dimension);
            }
        }
        check(config, weights.names().size(), largest, 0);
    }

    private static void check(JsonObject config, int tensors, long largest, int depth) {
        BigDecimal layers = BigDecimal.ONE;
        BigDecimal experts = BigDecimal.ONE;
        long uses = Math.max(ALWAYS_THAT_MANY_USES, tensors);
        boolean shared = config.has("num_hidden_groups");
        for (Map.Entry<String, JsonElement> entry : config.entrySet()) {
            String key = entry.getKey();
            JsonElement value = entry.getValue();
            if (value instanceof JsonObject inner && depth < MAX_DEPTH) {
                check(inner, tensors, largest, depth + 1);
            }
            boolean number =
                    value.isJsonPrimitive()
                            && value.getAsJsonPrimitive().isNumber()
                            && value.getAsString().length() <= LONGEST_NUMBER;
            if (!number) {
                continue; // refused where it is read, if it is
            }
            BigDecimal given = value.getAsBigDecimal();
            if (LAYERS.matcher(key).matches()) {
                layers = layers.max(given);
                boolean repeated = shared && key.equals("num_hidden_layers");
                long most = Math.max(ALWAYS_THAT_MANY_LAYERS, tensors);
                require(key, value, given, repeated ? uses : most);
            } else if (EXPERTS.matcher(key).matches()) {
                experts = experts.max(given);
                require(key, value, given, uses);
            } else if (SIZES.matcher(key).matches()) {
                require(key, value, given, Math.max(ALWAYS_A_SIZE, largest));
            }
        }
        Require.that(
                layers.multiply(experts).compareTo(BigDecimal.valueOf(uses)) <= 0,
                "config.json: %s experts in each of %s layers are more than the tensors"
                        + " of the files can be of",
                experts,
                layers);
    }

    private static void require(String key, JsonElement value, BigDecimal number, long most) {
        Require.that(
                number.compareTo(BigDecimal.valueOf(most)) <= 0,
                "config.json: %s=%s is more than the tensors of the files can be of",
                key,
                value);
    }
}
