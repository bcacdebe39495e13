package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.attn4j.common.Require;

/**
 * The tokens of sequences: ids that are looked up, or the vectors that would be found, as a
 * gradient with regard to them wants it.
 *
 * @param ids (B, T) of int64; null if there are vectors
 * @param vectors (B, T, D), in place of rows of the token embedding; null if there are ids
 */
public record TokenInput(NDArray ids, NDArray vectors) {

    public TokenInput {
        Require.that(
                (ids == null) != (vectors == null),
                "tokens are either ids or vectors, got %s",
                ids == null ? "neither" : "both");
    }

    /**
     * Returns ids.
     *
     * @param ids (B, T) of int64
     * @return the tokens
     */
    public static TokenInput of(NDArray ids) {
        return new TokenInput(ids, null);
    }

    /**
     * Returns what is given.
     *
     * @return the ids or the vectors
     */
    public NDArray given() {
        return ids == null ? vectors : ids;
    }

    /**
     * Returns where the tokens live.
     *
     * @return the manager of what is given
     */
    public NDManager manager() {
        return given().getManager();
    }

    /**
     * Returns how many sequences of how many tokens there are.
     *
     * @return (B, T)
     */
    public Shape shape() {
        return given().getShape().slice(0, 2);
    }
}
