package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import java.util.Objects;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.common.Require;

/**
 * What {@link KeyValueMemory} reads. Everything is given as feature vectors, such as bags of words.
 *
 * @param query Φ_X(x), the question, (B, D)
 * @param keys Φ_K(k), what the memories are found by, (B, n, D)
 * @param values Φ_V(v), what is taken from them, (B, n, D)
 * @param candidates Φ_Y(y), the answers to choose from, (C, D) for all or (B, C, D)
 * @param mask which memories are visible, (B, n), boolean or of zeros and ones; null for all
 * @param observer is told the weights of hop j as {@code hops.j}, (B, 1, 1, n); null for nobody
 */
public record KeyValueMemoryInputs(
        NDArray query,
        NDArray keys,
        NDArray values,
        NDArray candidates,
        NDArray mask,
        AttentionObserver observer) {

    public KeyValueMemoryInputs {
        Objects.requireNonNull(query, "query");
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(values, "values");
        Objects.requireNonNull(candidates, "candidates");
        Require.that(
                query.getShape().dimension() == 2
                        && keys.getShape().dimension() == 3
                        && keys.getShape().slice(0, 2).equals(values.getShape().slice(0, 2)),
                "a key-value memory takes a query (B, D), and keys and values (B, n,"
                        + " D), got query=%s, keys=%s, values=%s",
                query.getShape(),
                keys.getShape(),
                values.getShape());
    }

    /**
     * Returns inputs in which every memory is visible.
     *
     * @param query (B, D)
     * @param keys (B, n, D)
     * @param values (B, n, D)
     * @param candidates (C, D) or (B, C, D)
     * @return the inputs, without an observer
     */
    public static KeyValueMemoryInputs of(
            NDArray query, NDArray keys, NDArray values, NDArray candidates) {
        return new KeyValueMemoryInputs(query, keys, values, candidates, null, null);
    }
}
