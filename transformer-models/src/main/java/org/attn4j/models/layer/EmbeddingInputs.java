package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import java.util.Objects;

/**
 * What is embedded.
 *
 * @param tokens the tokens, (B, T)
 * @param tokenTypes the type (segment) of each token, (B, T) of int64; null for type 0, and ignored
 *     by embeddings without types
 * @param positions the position of each token, (B, T) or (T) of int64; null for {@code first},
 *     {@code first + 1} …
 * @param first the position of the first token, more than 0 if others went before it
 */
public record EmbeddingInputs(
        TokenInput tokens, NDArray tokenTypes, NDArray positions, long first) {

    public EmbeddingInputs {
        Objects.requireNonNull(tokens, "tokens");
    }

    /**
     * Returns inputs of token ids alone.
     *
     * @param ids (B, T) of int64
     * @param first the position of the first token
     * @return the inputs
     */
    public static EmbeddingInputs of(NDArray ids, long first) {
        return of(TokenInput.of(ids), first);
    }

    /**
     * Returns inputs of tokens alone.
     *
     * @param tokens (B, T)
     * @param first the position of the first token
     * @return the inputs
     */
    public static EmbeddingInputs of(TokenInput tokens, long first) {
        return new EmbeddingInputs(tokens, null, null, first);
    }

    /**
     * Returns these inputs with types.
     *
     * @param types (B, T) of int64; null for type 0
     * @return the new inputs
     */
    public EmbeddingInputs withTokenTypes(NDArray types) {
        return new EmbeddingInputs(tokens, types, positions, first);
    }

    /**
     * Returns these inputs with positions.
     *
     * @param others (B, T) or (T) of int64; null for the natural order
     * @return the new inputs
     */
    public EmbeddingInputs withPositions(NDArray others) {
        return new EmbeddingInputs(tokens, tokenTypes, others, first);
    }
}
