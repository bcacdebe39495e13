package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.common.Require;

/**
 * Everything a kernel needs for one call of scaled dot-product attention.
 *
 * @param query the query heads, (B, N, T, H)
 * @param key the key heads, (B, G, S, H), where G divides N: query head n reads key head n / (N /
 *     G)
 * @param value the value heads, (B, G, S, Hv)
 * @param causal whether a query sees its own position and those before it alone, as many queries as
 *     keys and no other mask being there
 * @param mask who sees whom otherwise
 * @param scale the factor on the scores, usually 1/√H
 * @param dropout the rate at which weights are dropped when training, in [0, 1)
 * @param training whether this is a training pass
 * @param observer is told the weights (B, N, T, S), as they are before dropout; null for nobody
 */
public record AttentionRequest(
        NDArray query,
        NDArray key,
        NDArray value,
        boolean causal,
        MaskArrays mask,
        double scale,
        float dropout,
        boolean training,
        AttentionObserver observer) {

    public AttentionRequest {
        Shape q = query.getShape();
        Shape k = key.getShape();
        Shape v = value.getShape();
        boolean fits =
                q.dimension() == 4
                        && k.dimension() == 4
                        && v.dimension() == 4
                        && q.get(0) == k.get(0)
                        && k.get(0) == v.get(0)
                        && k.get(1) == v.get(1)
                        && q.get(1) % k.get(1) == 0
                        && k.get(2) == v.get(2)
                        && q.get(3) == k.get(3);
        Require.that(
                fits,
                "attention needs query (B, N, T, H), key (B, G, S, H) and value (B, G, S, Hv) with G dividing N,"
                        + " got query=%s, key=%s, value=%s",
                q,
                k,
                v);
        Require.that(
                !causal || mask.isNone() && q.get(2) == k.get(2),
                "the causal flag is for as many queries as keys and no other mask, got query=%s, key=%s, mask=%s",
                q,
                k,
                mask);
        Require.that(
                dropout >= 0 && dropout < 1, "dropout must be in [0, 1), got dropout=%s", dropout);
    }

    /**
     * Returns T, the number of queries.
     *
     * @return the query length
     */
    public long queryLength() {
        return query.getShape().get(2);
    }

    /**
     * Returns S, the number of keys.
     *
     * @return the key length
     */
    public long keyLength() {
        return key.getShape().get(2);
    }

    /** The mask as arrays, the causal one too. */
    MaskArrays arrays() {
        return causal ? MaskArrays.causal(query.getManager(), queryLength()) : mask;
    }

    /**
     * Returns whether weights are really dropped: only in training, and at a rate above zero.
     *
     * @return whether dropout applies
     */
    public boolean drops() {
        return training && dropout > 0;
    }
}
