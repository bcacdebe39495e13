package org.attn4j.attention;

import ai.djl.ndarray.NDArray;
import java.util.Objects;
import java.util.function.Supplier;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.common.Require;

/**
 * What attends to what.
 *
 * <p>Made by {@link #self}, {@link #cross} or {@link #of}, and refined by the {@code with…}
 * methods.
 *
 * @param query what attends, (B, T, D)
 * @param key what is looked at, (B, S, Dk)
 * @param value what is taken from there, (B, S, Dv)
 * @param mask who sees whom; never null
 * @param positions the positions of the queries, (B, T) or (T) of integers, for mechanisms that
 *     make angles of them; null for the natural order, which starts after the cached positions
 * @param globals which tokens are global, (B, S), boolean or of zeros and ones: where a mechanism
 *     has a sparse pattern, they see all and are seen by all; null for none
 * @param cache keys and values of earlier calls; null for none
 * @param observer who is told the weights; null for nobody
 */
public record AttentionInputs(
        NDArray query,
        NDArray key,
        NDArray value,
        AttentionMask mask,
        NDArray positions,
        NDArray globals,
        KeyValueCache cache,
        AttentionObserver observer) {

    public AttentionInputs {
        Objects.requireNonNull(query, "query");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(mask, "mask: use AttentionMask.none()");
        Require.that(
                globals == null || globals.getShape().dimension() == 2,
                "global tokens must be (B, S), got %s",
                globals == null ? null : globals.getShape());
    }

    /**
     * Returns inputs for a sequence that attends to itself.
     *
     * @param x (B, T, D)
     * @return the inputs, without mask, cache or observer
     */
    public static AttentionInputs self(NDArray x) {
        return of(x, x, x);
    }

    /**
     * Returns inputs for a sequence that attends to another.
     *
     * @param x what attends, (B, T, D)
     * @param memory what is attended to, (B, S, D)
     * @return the inputs, without mask, cache or observer
     */
    public static AttentionInputs cross(NDArray x, NDArray memory) {
        return of(x, memory, memory);
    }

    /**
     * Returns inputs with a query, key and value of their own.
     *
     * @param query (B, T, D)
     * @param key (B, S, Dk)
     * @param value (B, S, Dv)
     * @return the inputs, without mask, cache or observer
     */
    public static AttentionInputs of(NDArray query, NDArray key, NDArray value) {
        return new AttentionInputs(query, key, value, AttentionMask.none(), null, null, null, null);
    }

    /**
     * Returns these inputs with another mask.
     *
     * @param other the mask that replaces this one
     * @return the new inputs
     */
    public AttentionInputs withMask(AttentionMask other) {
        return new AttentionInputs(query, key, value, other, positions, globals, cache, observer);
    }

    /**
     * Returns these inputs with the positions of the queries.
     *
     * @param positions (B, T) or (T) of integers; null for the natural order
     * @return the new inputs
     */
    public AttentionInputs withPositions(NDArray positions) {
        return new AttentionInputs(query, key, value, mask, positions, globals, cache, observer);
    }

    /**
     * Returns these inputs with global tokens.
     *
     * @param tokens (B, S), boolean or of zeros and ones; null for none
     * @return the new inputs
     */
    public AttentionInputs withGlobals(NDArray tokens) {
        return new AttentionInputs(query, key, value, mask, positions, tokens, cache, observer);
    }

    /**
     * Returns these inputs with a cache.
     *
     * @param other the cache; null for none
     * @return the new inputs
     */
    public AttentionInputs withCache(KeyValueCache other) {
        return new AttentionInputs(query, key, value, mask, positions, globals, other, observer);
    }

    /**
     * Returns these inputs with an observer, which is told the weights.
     *
     * @param other the observer; null for none
     * @return the new inputs
     */
    public AttentionInputs withObserver(AttentionObserver other) {
        return new AttentionInputs(query, key, value, mask, positions, globals, cache, other);
    }

    /**
     * Returns how many positions the cache holds before this call.
     *
     * @return 0 without a cache
     */
    public int cached() {
        return cache == null ? 0 : cache.length();
    }

    /**
     * Returns the keys and values to attend to: those of this call, behind those that the cache
     * holds.
     *
     * @param fresh computes the keys and values of this call; asked only if they are needed
     * @return all keys and values
     */
    public KeyValues remembered(Supplier<KeyValues> fresh) {
        return cache == null ? fresh.get() : cache.update(fresh);
    }

    /**
     * Returns whether the weights are asked for.
     *
     * @return whether there is an observer
     */
    public boolean observed() {
        return observer != null;
    }
}
