package org.attn4j.attention.position;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Embedding;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.common.Require;

/**
 * A learned vector for each distance, which queries are compared with as they are with keys: {@code
 * q_i · (k_j + r_{i−j})} (Shaw et al. 2018, "Self-Attention with Relative Position
 * Representations", eq. 4). Keys may be compared with it too: {@code q_i · k_j + q_i · r_{i−j} +
 * k_j · r_{i−j}} (Huang et al. 2020, "Improve Transformer Models with Better Relative Position
 * Embeddings", method 4). They are {@code relative_key} and {@code relative_key_query} of Hugging
 * Face's BERT.
 *
 * <p>One table serves all heads. Parameter: {@code weight}, (2·maxLength − 1, H), the row of the
 * distance i − j being i − j + maxLength − 1. The vectors of all pairs are made: memory T·S·H.
 */
public final class RelativeKeys extends AbstractBlock {

    private static final byte VERSION = 1;

    private final int maxLength;
    private final boolean keys;
    private final Parameter weight;

    /**
     * Creates the vectors.
     *
     * @param maxLength the longest sequence
     * @param headSize H
     * @param keys whether keys are compared with them too
     */
    public RelativeKeys(int maxLength, int headSize, boolean keys) {
        super(VERSION);
        Require.that(
                maxLength >= 1 && headSize >= 1,
                "maxLength and headSize must be at least 1, got maxLength=%s, headSize=%s",
                maxLength,
                headSize);
        this.maxLength = maxLength;
        this.keys = keys;
        weight =
                addParameter(
                        Parameter.builder()
                                .setName("weight")
                                .setType(Parameter.Type.OTHER)
                                .optShape(new Shape(2L * maxLength - 1, headSize))
                                .optInitializer(new NormalInitializer(0.02f))
                                .build());
    }

    /**
     * Returns what is added to the scores before they are scaled.
     *
     * @param parameters where the table is found
     * @param queryHeads (B, N, T, H), the last T of the S positions
     * @param keyHeads (B, N, S, H)
     * @param training whether this is a training pass
     * @return (B, N, T, S)
     * @throws IllegalArgumentException if S is more than the longest sequence
     */
    public NDArray scores(
            ParameterStore parameters, NDArray queryHeads, NDArray keyHeads, boolean training) {
        long queries = queryHeads.getShape().get(2); // T
        long keyCount = keyHeads.getShape().get(2); // S
        Require.that(
                keyCount <= maxLength,
                "a sequence must have at most maxLength positions, got maxLength=%s, sequence=%s:"
                        + " shorten it",
                maxLength,
                keyCount);
        NDArray rows = rows(queryHeads.getManager(), queries, keyCount); // (T, S)
        NDArray vectors =
                forwardInternal(parameters, new NDList(rows), training, null).head(); // (T, S, H)
        NDArray scores =
                compared(queryHeads, vectors.transpose(0, 2, 1)) // (T, B, N, S)
                        .transpose(1, 2, 0, 3); // (B, N, T, S)
        return keys
                ? scores.add(
                        compared(keyHeads, vectors.transpose(1, 2, 0)) // (S, B, N, T)
                                .transpose(1, 2, 3, 0))
                : scores;
    }

    /** Each position of (B, N, P, H) with its own matrix of (P, H, X), to (P, B, N, X). */
    private static NDArray compared(NDArray heads, NDArray matrices) {
        Shape shape = heads.getShape();
        long batch = shape.get(0);
        long count = shape.get(1);
        long positions = shape.get(2);
        return heads.transpose(2, 0, 1, 3) // (P, B, N, H)
                .reshape(positions, batch * count, shape.get(3))
                .matMul(matrices) // (P, B·N, X)
                .reshape(positions, batch, count, matrices.getShape().get(2));
    }

    private NDArray rows(NDManager manager, long queries, long keyCount) {
        long[] rows = new long[Math.toIntExact(Math.multiplyExact(queries, keyCount))];
        long first = keyCount - queries;
        for (int i = 0; i < queries; i++) {
            for (int j = 0; j < keyCount; j++) {
                rows[i * (int) keyCount + j] = first + i - j + maxLength - 1;
            }
        }
        return HostArrays.of(manager, rows, new Shape(queries, keyCount));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes rows of the table, any shape of int64, and gives that shape with H behind it.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray rows = inputs.singletonOrThrow();
        Device device = rows.getDevice();
        return new NDList(
                Embedding.embedding(
                                rows,
                                parameters.getValue(weight, device, training),
                                SparseFormat.DENSE)
                        .singletonOrThrow());
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(weight.getShape().get(1))};
    }
}
