package org.attn4j.models.model.sentence;

import ai.djl.ndarray.NDArray;
import org.attn4j.attention.ops.Scalars;

/**
 * What is computed of sentences.
 *
 * @param states the hidden states of the tokens, (B, T, D)
 * @param pooled the pooled vectors, (B, D)
 * @param embeddings the vectors behind all modules, (B, E)
 */
public record SentenceVectors(NDArray states, NDArray pooled, NDArray embeddings) {

    /**
     * Returns how alike the sentences are.
     *
     * @return the cosines of all pairs, (B, B)
     */
    public NDArray cosines() {
        return cosines(embeddings, embeddings);
    }

    /**
     * Returns how alike sentences are.
     *
     * @param left (B, E)
     * @param right (C, E)
     * @return the cosines of all pairs, (B, C)
     */
    public static NDArray cosines(NDArray left, NDArray right) {
        return normalized(left).matMul(normalized(right).transpose());
    }

    /**
     * Brings vectors to the length 1.
     *
     * @param vectors (B, E)
     * @return the vectors divided by their lengths, (B, E)
     */
    public static NDArray normalized(NDArray vectors) {
        NDArray length = Scalars.maximum(vectors.square().sum(new int[] {1}, true).sqrt(), 1e-12);
        return vectors.div(length);
    }
}
