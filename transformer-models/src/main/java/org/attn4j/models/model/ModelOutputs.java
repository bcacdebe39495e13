package org.attn4j.models.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a pretrained model gives.
 *
 * @param arrays the outputs by the names of transformers' outputs: {@code loss} when labels were
 *     given, {@code logits}, {@code last_hidden_state}, {@code pooler_output}, {@code
 *     start_logits}, {@code end_logits}, {@code encoder_last_hidden_state} …; hidden states and
 *     attentions leave through the observer of {@link ModelInputs}
 */
public record ModelOutputs(Map<String, NDArray> arrays) {

    public ModelOutputs {
        arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    }

    /**
     * Returns outputs of one array.
     *
     * @param name its name
     * @param array its values
     * @return the outputs
     */
    public static ModelOutputs of(String name, NDArray array) {
        return new ModelOutputs(Map.of(name, array));
    }

    /**
     * Returns these outputs with one more.
     *
     * @param name its name
     * @param array its values; null to leave things as they are
     * @return the new outputs
     */
    public ModelOutputs with(String name, NDArray array) {
        if (array == null) {
            return this;
        }
        Map<String, NDArray> more = new LinkedHashMap<>(arrays);
        more.put(name, array);
        return new ModelOutputs(more);
    }

    /**
     * Returns an output.
     *
     * @param name its name
     * @return its values, or null if the model does not give it
     */
    public NDArray get(String name) {
        return arrays.get(name);
    }

    /**
     * Returns an output that must be there.
     *
     * @param name its name
     * @return its values
     * @throws IllegalArgumentException if the model does not give it
     */
    public NDArray require(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException(
                    "the model gives " + arrays.keySet() + ", and not " + name);
        }
        return array;
    }

    /**
     * Returns the outputs in their order, without names and without the loss, as a DJL block gives
     * them.
     *
     * @return the arrays
     */
    public NDList list() {
        NDList list = new NDList();
        arrays.forEach(
                (name, array) -> {
                    if (!name.equals("loss")) {
                        list.add(array);
                    }
                });
        return list;
    }
}
