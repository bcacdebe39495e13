package org.attn4j.models.model.sentence;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;
import org.attn4j.models.config.ConfigReader;

/**
 * From the states of a sentence's tokens to one vector. Several modes give vectors side by side.
 *
 * @param modes the modes, at least one
 */
public record Pooling(List<Mode> modes) {

    /** The mean of the tokens that are seen: what sentence-transformers does unless told. */
    public static final Pooling MEAN = new Pooling(List.of(Mode.MEAN));

    private static final String NAMES = "pooling_mode";
    private static final float NEVER = 1e9f;
    private static final float NEVER_IN_HALF =
            6e4f; // 1e9 is infinite there, and 0 times it no number

    public Pooling {
        modes = List.copyOf(modes);
        Require.that(!modes.isEmpty(), "pooling needs at least one mode");
    }

    /** One way of pooling. */
    public enum Mode {
        /** The first token. */
        CLS("pooling_mode_cls_token", "cls"),
        /** The largest value of each feature. */
        MAX("pooling_mode_max_tokens", "max"),
        /** The mean. */
        MEAN("pooling_mode_mean_tokens", "mean"),
        /** The sum over the square root of the number of tokens. */
        MEAN_SQRT_LENGTH("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
        /** The mean in which the n-th token weighs n. */
        WEIGHTED_MEAN("pooling_mode_weightedmean_tokens", "weightedmean"),
        /** The last token that is seen. */
        LAST("pooling_mode_lasttoken", "lasttoken");

        private final String flag;
        private final String shortName;

        Mode(String flag, String shortName) {
            this.flag = flag;
            this.shortName = shortName;
        }
    }

    /**
     * Reads the configuration of a pooling module.
     *
     * @param config the content of its {@code config.json}
     * @return the pooling
     * @throws IllegalArgumentException if a mode or a setting is unknown
     */
    public static Pooling of(ConfigReader config) {
        config.noEffect("word_embedding_dimension", "embedding_dimension");
        config.supportsOnly("include_prompt", true);
        List<String> given = config.strings(NAMES);
        List<String> names = given == null ? List.of() : given;
        List<Mode> modes = new ArrayList<>();
        for (String name : names) {
            modes.add(named(name));
        }
        for (Mode mode : Mode.values()) { // the older files have a flag for each
            if (config.bool(mode.flag, false) && names.isEmpty()) {
                modes.add(mode);
            }
        }
        config.finish();
        return modes.isEmpty() && given == null ? MEAN : new Pooling(modes);
    }

    private static Mode named(String name) {
        for (Mode mode : Mode.values()) {
            if (mode.shortName.equals(name)) {
                return mode;
            }
        }
        throw new IllegalArgumentException(NAMES + "=" + name + " is not known here");
    }

    /**
     * Finds a pooling by the short names of its modes.
     *
     * @param names such as {@code mean} and {@code cls}, at least one
     * @return the pooling
     * @throws IllegalArgumentException if a name is unknown
     */
    public static Pooling named(List<String> names) {
        return new Pooling(names.stream().map(Pooling::named).toList());
    }

    /** The configuration of a pooling of states of this size, in the form of all versions. */
    JsonObject json(long size) {
        JsonObject json = new JsonObject();
        json.addProperty("word_embedding_dimension", size);
        for (Mode mode : Mode.values()) {
            json.addProperty(mode.flag, modes.contains(mode));
        }
        return json;
    }

    /**
     * Pools.
     *
     * @param states (B, T, D)
     * @param visible (B, T), 1 for tokens that are seen; null if all are
     * @return (B, D), or (B, n·D) for n modes
     */
    public NDArray pool(NDArray states, NDArray visible) {
        NDArray mask =
                visible == null
                        ? states.getManager()
                                .ones(states.getShape().slice(0, 2), states.getDataType())
                        : visible.toType(states.getDataType(), false); // (B, T)
        NDList vectors = new NDList();
        for (Mode mode : modes) {
            vectors.add(pool(mode, states, mask));
        }
        return vectors.size() == 1 ? vectors.head() : NDArrays.concat(vectors, 1);
    }

    private static NDArray pool(Mode mode, NDArray states, NDArray mask) {
        NDArray weights = mask.expandDims(2); // (B, T, 1)
        return switch (mode) {
            case CLS -> {
                // With padding at the left the first token is not at the first position.
                float length = states.getShape().get(1);
                NDArray fromTheEnd = states.getManager().arange(length, 0f, -1f); // (T)
                NDArray first = mask.mul(fromTheEnd).argMax(1); // (B)
                yield at(states, mask, first);
            }
            case MAX ->
                    states.mul(weights)
                            .add(Scalars.multiply(Scalars.subtract(weights, 1), never(states)))
                            .max(new int[] {1}); // (B, D)
            case MEAN -> sum(states, weights).div(count(weights));
            case MEAN_SQRT_LENGTH -> sum(states, weights).div(count(weights).sqrt());
            case WEIGHTED_MEAN -> {
                NDArray byPosition = weights.mul(positions(states).reshape(1, -1, 1));
                yield sum(states, byPosition).div(count(byPosition));
            }
            case LAST -> {
                NDArray last = mask.mul(positions(states)).argMax(1); // (B)
                yield at(states, mask, last);
            }
        };
    }

    private static float never(NDArray states) {
        return states.getDataType() == DataType.FLOAT16 ? NEVER_IN_HALF : NEVER;
    }

    /** The states at one position of each row, where it is seen. */
    private static NDArray at(NDArray states, NDArray mask, NDArray positions) {
        int length = Math.toIntExact(states.getShape().get(1));
        NDArray only = positions.oneHot(length, mask.getDataType()).mul(mask); // (B, T)
        return sum(states, only.expandDims(2));
    }

    private static NDArray sum(NDArray states, NDArray weights) {
        return states.mul(weights).sum(new int[] {1}); // (B, D)
    }

    private static NDArray count(NDArray weights) {
        return Scalars.maximum(weights.sum(new int[] {1}), 1e-9); // (B, 1)
    }

    /** 1, 2, 3 …, (T). */
    private static NDArray positions(NDArray states) {
        long length = states.getShape().get(1);
        return states.getManager().arange(1f, length + 1f, 1f);
    }
}
