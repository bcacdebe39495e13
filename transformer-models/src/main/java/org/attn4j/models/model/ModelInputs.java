package org.attn4j.models.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.models.layer.TokenInput;

/**
 * What a pretrained model is called with.
 *
 * @param arrays the inputs by the names of transformers' calls: {@code input_ids}, or {@code
 *     inputs_embeds} in their place, {@code attention_mask} (1 for the tokens that are seen),
 *     {@code token_type_ids}, {@code position_ids}, {@code decoder_input_ids}, {@code
 *     decoder_attention_mask}, {@code labels}, {@code start_positions}, {@code end_positions} …;
 *     integers are int64
 * @param observer receives attention weights and hidden states, such as a {@link ModelObserver};
 *     null for nobody
 */
public record ModelInputs(Map<String, NDArray> arrays, AttentionObserver observer) {

    /**
     * Copies the map.
     *
     * @param arrays the inputs by name
     * @param observer receives attention weights and hidden states, or null
     */
    public ModelInputs {
        arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    }

    /**
     * Returns inputs of token ids alone.
     *
     * @param inputIds (B, T) of int64
     * @return the inputs
     */
    public static ModelInputs of(NDArray inputIds) {
        return new ModelInputs(Map.of("input_ids", inputIds), null);
    }

    /**
     * Returns inputs from a list without names.
     *
     * @param names the names, in the order of the list; more than it has arrays are no mistake
     * @param list the values
     * @return the inputs, without an observer
     * @throws IllegalArgumentException if the list is empty or has more arrays than there are names
     */
    public static ModelInputs ofList(List<String> names, NDList list) {
        if (list.isEmpty() || list.size() > names.size()) {
            throw new IllegalArgumentException(
                    "the model takes " + names + ", got " + list.size() + " arrays");
        }
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < list.size(); i++) {
            arrays.put(names.get(i), list.get(i));
        }
        return new ModelInputs(arrays, null);
    }

    /**
     * Returns these inputs with one more.
     *
     * @param name its name
     * @param array its values; null to leave things as they are
     * @return the new inputs
     */
    public ModelInputs with(String name, NDArray array) {
        if (array == null) {
            return this;
        }
        Map<String, NDArray> more = new LinkedHashMap<>(arrays);
        more.put(name, array);
        return new ModelInputs(more, observer);
    }

    /**
     * Returns these inputs with an observer.
     *
     * @param other the observer, or null
     * @return the new inputs
     */
    public ModelInputs withObserver(AttentionObserver other) {
        return new ModelInputs(arrays, other);
    }

    /**
     * Returns an input.
     *
     * @param name its name
     * @return its values, or null if it is not given
     */
    public NDArray get(String name) {
        return arrays.get(name);
    }

    /**
     * Returns an input that must be given.
     *
     * @param name its name
     * @return its values
     * @throws IllegalArgumentException if it is not given
     */
    public NDArray require(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException(
                    "the model needs " + name + ", got " + arrays.keySet());
        }
        return array;
    }

    /**
     * Returns the tokens, which must be there.
     *
     * @param limit how many tokens the vocabulary has
     * @return {@code input_ids}, (B, T) of int64, or {@code inputs_embeds}, (B, T, D)
     * @throws IllegalArgumentException if both or none are given, or an id is negative or too high
     */
    public TokenInput tokens(long limit) {
        requireTokens();
        return new TokenInput(ids("input_ids", limit), get("inputs_embeds"));
    }

    /**
     * Returns how the tokens are arranged.
     *
     * @return (B, T), or the shape of {@code input_ids} where they have more dimensions
     * @throws IllegalArgumentException if both {@code input_ids} and {@code inputs_embeds} are
     *     given, or none
     */
    public Shape tokenShape() {
        requireTokens();
        if (get("input_ids") != null) {
            return get("input_ids").getShape();
        }
        Shape vectors = get("inputs_embeds").getShape();
        return vectors.slice(0, vectors.dimension() - 1);
    }

    private void requireTokens() {
        if ((get("input_ids") == null) == (get("inputs_embeds") == null)) {
            throw new IllegalArgumentException(
                    "the model needs either input_ids or inputs_embeds, got " + arrays.keySet());
        }
    }

    /**
     * Returns ids that must lie within a table.
     *
     * @param name the input's name
     * @param limit how many rows the table has
     * @return the ids, (B, T) of int64, or null if they are not given
     * @throws IllegalArgumentException if one is negative, or {@code limit} or more
     */
    public NDArray ids(String name, long limit) {
        NDArray ids = arrays.get(name);
        if (ids == null) {
            return null;
        }
        try (NDManager scratch = ids.getManager().newSubManager();
                NDArray highest = ids.max();
                NDArray lowest = ids.min()) {
            highest.attach(scratch);
            lowest.attach(scratch);
            long high = highest.toLongArray()[0];
            long low = lowest.toLongArray()[0];
            if (low < 0 || high >= limit) {
                throw new IllegalArgumentException(
                        "%s must be at least 0 and below %s, got %s"
                                .formatted(name, limit, low < 0 ? low : high));
            }
        }
        return ids;
    }

    /**
     * Refuses inputs that a model would not look at.
     *
     * @param names the inputs it looks at
     * @throws IllegalArgumentException if others are given
     */
    public void refuseOthers(Set<String> names) {
        Set<String> others = new TreeSet<>(arrays.keySet());
        others.removeAll(names);
        if (!others.isEmpty()) {
            throw new IllegalArgumentException(
                    "the model takes " + new TreeSet<>(names) + ", and not " + others);
        }
    }

    /**
     * Returns a mask of padding as attention wants it.
     *
     * @param name the input's name, {@code attention_mask} or {@code decoder_attention_mask}
     * @return a mask of the keys from (B, S), of any pattern from (B, T, S), and one that hides
     *     nothing if the input is not given
     */
    public AttentionMask mask(String name) {
        NDArray visible = arrays.get(name);
        if (visible == null) {
            return AttentionMask.none();
        }
        Shape shape = visible.getShape();
        return switch (shape.dimension()) {
            case 2 -> AttentionMask.keys(visible);
            case 3 -> AttentionMask.dense(visible);
            default ->
                    throw new IllegalArgumentException(
                            name + " must be (B, S) or (B, T, S), got " + shape);
        };
    }
}
