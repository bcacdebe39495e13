package org.attn4j.attention.capture;

import ai.djl.ndarray.NDArray;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.common.Require;

/**
 * Keeps the weights that it is told, by the site where they arose. They stay on the manager of the
 * pass. A second pass over the same site replaces them. One recorder serves one thread.
 */
public final class WeightsRecorder implements AttentionObserver {

    private final Map<String, NDArray> weights = new LinkedHashMap<>();

    @Override
    public void observe(String site, NDArray told) {
        weights.put(site, told);
    }

    /**
     * Returns the weights of a block that was called itself.
     *
     * @return (B, N, T, S)
     * @throws IllegalArgumentException if none were told
     */
    public NDArray weights() {
        return weights("");
    }

    /**
     * Returns the weights of one site.
     *
     * @param site such as {@code decoder.layers.0.cross_attention}
     * @return (B, N, T, S)
     * @throws IllegalArgumentException if none were told
     */
    public NDArray weights(String site) {
        Require.that(
                weights.containsKey(site),
                "weights must be of a site that was observed, got site=%s, observed=%s",
                site,
                weights.keySet());
        return weights.get(site);
    }

    /**
     * Returns the weights of all sites.
     *
     * @return the weights by site, in the order in which they were told
     */
    public Map<String, NDArray> all() {
        return Collections.unmodifiableMap(weights);
    }
}
