package org.attn4j.models.model.causal;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.position.RotaryScaling;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;

/**
 * How a checkpoint rotates queries and keys. Files of transformers 4 have {@code rope_theta} and
 * {@code rope_scaling}, those of transformers 5 have both in {@code rope_parameters}, which may
 * hold an object for each type of layer.
 *
 * @param base {@code rope_theta}
 * @param part how much of each head is rotated, {@code partial_rotary_factor}
 * @param scaling how frequencies are changed for longer sequences
 * @param scoreFactor what DeepSeek's models multiply scores by beside it, the square of YaRN's
 *     factor for {@code mscale_all_dim}; 1 without it
 */
public record RotaryConfig(double base, double part, RotaryScaling scaling, double scoreFactor) {

    /** The base unless another is given. */
    public static final double BASE = 10000;

    private static final Pattern LAYER_TYPE = Pattern.compile(".*_attention");

    private static final double BETA_FAST = 32;
    private static final double BETA_SLOW = 1;

    public RotaryConfig {
        Require.that(
                base > 0 && part >= 0 && part <= 1,
                "rope_theta must be above 0 and partial_rotary_factor from 0 to 1, got"
                        + " rope_theta=%s, partial_rotary_factor=%s",
                base,
                part);
    }

    /**
     * Reads the settings of a family that rotates whole heads, all layers alike.
     *
     * @param reader the {@code config.json}
     * @param maxPositions {@code max_position_embeddings}
     * @return the settings
     * @throws IllegalArgumentException if one does not fit, or only a part of a head is rotated
     */
    public static RotaryConfig of(ConfigReader reader, int maxPositions) {
        return ofTypes(reader, maxPositions, Set.of(LayerTypes.FULL)).get(LayerTypes.FULL);
    }

    /**
     * Reads the settings of a family that rotates whole heads, whose layers may differ in them.
     *
     * @param reader the {@code config.json}
     * @param maxPositions {@code max_position_embeddings}
     * @param types which of {@link LayerTypes} there are
     * @return the settings of each type
     * @throws IllegalArgumentException if one does not fit, or only a part of a head is rotated
     */
    public static Map<String, RotaryConfig> ofTypes(
            ConfigReader reader, int maxPositions, Set<String> types) {
        Double base = reader.numberOrNull("rope_theta");
        Double part = reader.numberOrNull("partial_rotary_factor");
        Map<String, RotaryConfig> configs =
                ofTypes(
                        reader,
                        maxPositions,
                        base == null ? BASE : base,
                        part == null ? 1 : part,
                        types);
        for (RotaryConfig config : configs.values()) {
            if (config.part != 1 && !(config.scaling instanceof RotaryScaling.Proportional)) {
                throw new IllegalArgumentException(
                        "partial_rotary_factor must be 1 in this family, got " + config.part);
            }
        }
        return configs;
    }

    /**
     * Reads the settings of a family that has names of its own for base and part.
     *
     * @param reader the {@code config.json}
     * @param maxPositions {@code max_position_embeddings}
     * @param base the base unless {@code rope_parameters} says otherwise
     * @param part the part that is rotated unless {@code rope_parameters} says otherwise
     * @return the settings
     * @throws IllegalArgumentException if one does not fit
     */
    public static RotaryConfig of(ConfigReader reader, int maxPositions, double base, double part) {
        return ofTypes(reader, maxPositions, base, part, Set.of(LayerTypes.FULL))
                .get(LayerTypes.FULL);
    }

    private static Map<String, RotaryConfig> ofTypes(
            ConfigReader reader, int maxPositions, double base, double part, Set<String> types) {
        ConfigReader older = given(reader, "rope_scaling");
        ConfigReader newer = given(reader, "rope_parameters");
        RotaryConfig plain = new RotaryConfig(base, part, new RotaryScaling.Linear(1), 1);
        Map<String, RotaryConfig> configs = new TreeMap<>();
        for (String type : types) {
            configs.put(
                    type,
                    newer == null
                            ? plain
                            : plain.changed(reader, inner(newer, type), maxPositions));
        }
        if (older != null) {
            RotaryConfig all = plain.changed(reader, older, maxPositions);
            Require.that(
                    newer == null || !configs.values().stream().anyMatch(it -> !it.equals(all)),
                    "rope_scaling and rope_parameters differ: remove the wrong one");
            configs.replaceAll((type, config) -> all);
        }
        return configs;
    }

    private static ConfigReader given(ConfigReader reader, String key) {
        ConfigReader settings = reader.object(key);
        return settings == null || settings.keys().isEmpty() ? null : settings;
    }

    /** The settings of a type of layers, which may be those of all. */
    private static ConfigReader inner(ConfigReader settings, String type) {
        boolean nested = settings.keys().stream().anyMatch(it -> LAYER_TYPE.matcher(it).matches());
        if (!nested) {
            return settings;
        }
        ConfigReader inner = settings.object(type);
        if (inner == null) {
            throw settings.invalid(type, "an object, as there are layers of that type");
        }
        settings.noEffect(LayerTypes.FULL, LayerTypes.SLIDING);
        settings.finish();
        return inner;
    }

    /** These settings with what {@code rope_scaling} or {@code rope_parameters} says. */
    private RotaryConfig changed(ConfigReader reader, ConfigReader settings, int maxPositions) {
        double innerBase = Objects.requireNonNullElse(settings.numberOrNull("rope_theta"), base);
        double innerPart =
                Objects.requireNonNullElse(settings.numberOrNull("partial_rotary_factor"), part);
        // How a model was made longer, and the length before that of kinds that need none.
        settings.noEffect("finetuned", "original_max_position_embeddings");
        String kind = settings.string("rope_type", settings.string("type", "default"));
        RotaryScaling changed =
                switch (kind) {
                    case "default" -> new RotaryScaling.Linear(1);
                    case "linear" -> new RotaryScaling.Linear(settings.number("factor"));
                    case "dynamic" ->
                            new RotaryScaling.Dynamic(settings.number("factor"), maxPositions);
                    case "yarn" -> yarn(reader, settings, maxPositions);
                    case "longrope" -> longRope(reader, settings, maxPositions);
                    case "llama3" ->
                            new RotaryScaling.Llama3(
                                    settings.number("factor"),
                                    settings.number("low_freq_factor"),
                                    settings.number("high_freq_factor"),
                                    originalPositions(reader, settings, maxPositions));
                    case "proportional" ->
                            new RotaryScaling.Proportional(innerPart, settings.number("factor", 1));
                    default ->
                            throw settings.invalid(
                                    settings.has("rope_type") ? "rope_type" : "type",
                                    "default, linear, dynamic, yarn, longrope, llama3 or"
                                            + " proportional");
                };
        double ofScores =
                changed instanceof RotaryScaling.Yarn yarn
                        ? Math.pow(allDimensionsFactor(settings, yarn.divisor()), 2)
                        : 1;
        settings.finish();
        return new RotaryConfig(innerBase, innerPart, changed, ofScores);
    }

    private static RotaryScaling yarn(
            ConfigReader reader, ConfigReader settings, int maxPositions) {
        int original = originalPositions(reader, settings, maxPositions);
        double divisor = divisor(settings, maxPositions, original);
        double scale = orElse(settings.numberOrNull("mscale"), 0);
        boolean ofBoth = scale != 0 && orElse(settings.numberOrNull("mscale_all_dim"), 0) != 0;
        double usual =
                ofBoth
                        ? RotaryScaling.Yarn.attentionFactor(divisor, scale)
                                / allDimensionsFactor(settings, divisor)
                        : RotaryScaling.Yarn.attentionFactor(divisor, 1);
        Double given = settings.numberOrNull("attention_factor");
        return new RotaryScaling.Yarn(
                divisor,
                original,
                orElse(settings.numberOrNull("beta_fast"), BETA_FAST),
                orElse(settings.numberOrNull("beta_slow"), BETA_SLOW),
                settings.bool("truncate", true),
                given == null ? usual : given);
    }

    /** YaRN's factor for {@code mscale_all_dim}; 1 without it. */
    private static double allDimensionsFactor(ConfigReader settings, double divisor) {
        double scale = orElse(settings.numberOrNull("mscale_all_dim"), 0);
        return RotaryScaling.Yarn.attentionFactor(divisor, scale);
    }

    private static RotaryScaling longRope(
            ConfigReader reader, ConfigReader settings, int maxPositions) {
        int original = originalPositions(reader, settings, maxPositions);
        double divisor = divisor(settings, maxPositions, original);
        Double given = settings.numberOrNull("attention_factor");
        return new RotaryScaling.LongRope(
                factors(settings, "short_factor"),
                factors(settings, "long_factor"),
                original,
                given == null ? RotaryScaling.LongRope.attentionFactor(divisor, original) : given);
    }

    /** How many times longer sequences become. */
    private static double divisor(ConfigReader settings, int maxPositions, int original) {
        Double given = settings.numberOrNull("factor");
        return given == null ? (double) maxPositions / original : given;
    }

    /** The length that a model was trained on; beside the other settings it goes before them. */
    private static int originalPositions(
            ConfigReader reader, ConfigReader settings, int maxPositions) {
        Integer inner = settings.integerOrNull("original_max_position_embeddings");
        Integer outer = reader.integerOrNull("original_max_position_embeddings");
        if (outer != null) {
            return outer;
        }
        return inner == null ? maxPositions : inner;
    }

    private static float[] factors(ConfigReader settings, String key) {
        List<Double> values = settings.numbers(key);
        if (values == null) {
            throw settings.invalid(key, "a list of numbers");
        }
        float[] factors = new float[values.size()];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = values.get(i).floatValue();
        }
        return factors;
    }

    private static double orElse(Double value, double otherwise) {
        return value == null || value == 0 ? otherwise : value;
    }

    /**
     * Returns the rotation of heads.
     *
     * @param headSize the features of a head that positions may rotate
     * @param layout which features form a pair
     * @return the embedding
     */
    public RotaryEmbedding embedding(int headSize, RotaryEmbedding.Layout layout) {
        boolean whole = scaling instanceof RotaryScaling.Proportional;
        return RotaryEmbedding.builder()
                .setSize(whole ? headSize : (int) (headSize * part))
                .optLayout(layout)
                .optBase(base)
                .optScaling(scaling)
                .build();
    }
}
