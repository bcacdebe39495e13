package org.attn4j.attention.position;

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
 * T5's relative positions: distances fall into buckets, and each bucket has a learned number a head
 * that is added to the scores.
 *
 * <p>Raffel et al. 2020, section 2.1. Half of the buckets are exact distances, the other half grow
 * logarithmically up to {@code maxDistance}, and all beyond share the last. Read both ways, later
 * keys have half of the buckets for themselves; a causal decoder has them all for earlier keys. T5
 * computes the bias in its first layer and shares it in the stack: hand it to the other layers as
 * {@code AttentionMask.bias(…)}.
 */
public final class RelativePositionBias extends AbstractBlock implements ScoreBias {

    private static final byte VERSION = 1;

    private final int heads;
    private final int buckets;
    private final int maxDistance;
    private final boolean bidirectional;
    private final Parameter weight;

    /**
     * Creates the biases.
     *
     * @param heads N
     * @param buckets how many buckets there are, 32 in T5
     * @param maxDistance from which distance on all share a bucket, 128 in T5
     * @param bidirectional whether later keys are told from earlier ones (an encoder) or never seen
     *     (a decoder)
     */
    public RelativePositionBias(int heads, int buckets, int maxDistance, boolean bidirectional) {
        this(heads, buckets, buckets, maxDistance, bidirectional);
    }

    /**
     * Creates biases whose table has rows beyond the buckets, which nothing uses: MPNet's has as
     * many as its configuration tells, and 32 buckets.
     *
     * @param heads N
     * @param rows rows of the table, at least {@code buckets}
     * @param buckets how many buckets there are
     * @param maxDistance from which distance on all share a bucket
     * @param bidirectional whether later keys are told from earlier ones
     */
    public RelativePositionBias(
            int heads, int rows, int buckets, int maxDistance, boolean bidirectional) {
        super(VERSION);
        Require.that(
                rows >= buckets,
                "rows must be at least buckets, got rows=%s, buckets=%s",
                rows,
                buckets);
        int exact = buckets / (bidirectional ? 4 : 2);
        if (heads < 1 || exact < 1 || maxDistance <= exact) {
            throw new IllegalArgumentException(
                    ("heads must be at least 1, buckets at least %s and"
                                    + " maxDistance above the exact half of the buckets, got"
                                    + " heads=%s, buckets=%s, maxDistance=%s")
                            .formatted(bidirectional ? 4 : 2, heads, buckets, maxDistance));
        }
        this.heads = heads;
        this.buckets = buckets;
        this.maxDistance = maxDistance;
        this.bidirectional = bidirectional;
        weight =
                addParameter(
                        Parameter.builder()
                                .setName("weight")
                                .setType(Parameter.Type.OTHER)
                                .optShape(new Shape(rows, heads))
                                .optInitializer(new NormalInitializer(0.02f))
                                .build());
    }

    /**
     * Returns the bucket of a distance.
     *
     * @param distance the key's position less the query's
     * @return a bucket, from 0
     */
    public int bucket(long distance) {
        int count = bidirectional ? buckets / 2 : buckets;
        int side = bidirectional && distance > 0 ? count : 0;
        long far = bidirectional ? Math.abs(distance) : Math.max(-distance, 0);
        int exact = count / 2;
        if (far < exact) {
            return side + (int) far;
        }
        // In float32, as the reference computes it: some distances lie on the border of two
        // buckets.
        float part =
                (float) Math.log((float) far / exact)
                        / (float) Math.log((double) maxDistance / exact);
        return side + Math.min(exact + (int) (part * (count - exact)), count - 1);
    }

    @Override
    public NDArray bias(
            ParameterStore parameters,
            NDManager manager,
            long queryLength,
            long keyLength,
            boolean training) {
        NDArray ids = buckets(manager, queryLength, keyLength);
        return forwardInternal(parameters, new NDList(ids), training, null).singletonOrThrow();
    }

    /**
     * Returns the buckets of all pairs; the queries are the last T of the S positions.
     *
     * @param manager where the result lives
     * @param queryLength T
     * @param keyLength S
     * @return (T, S) of int64
     */
    public NDArray buckets(NDManager manager, long queryLength, long keyLength) {
        int queries = Math.toIntExact(queryLength);
        int keys = Math.toIntExact(keyLength);
        long[] byDistance = new long[queries + keys]; // of distances from 1 − S
        for (int i = 0; i < byDistance.length; i++) {
            byDistance[i] = bucket(i + 1L - keys);
        }
        long[] ids = new long[Math.multiplyExact(queries, keys)];
        for (int i = 0; i < queries; i++) {
            int position = keys - queries + i;
            System.arraycopy(byDistance, keys - 1 - position, ids, i * keys, keys);
        }
        return HostArrays.of(manager, ids, new Shape(queries, keys));
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray ids = inputs.singletonOrThrow(); // (T, S)
        NDArray table = parameters.getValue(weight, ids.getDevice(), training); // (buckets, N)
        NDArray bias =
                Embedding.embedding(ids, table, SparseFormat.DENSE).singletonOrThrow(); // (T, S, N)
        return new NDList(bias.transpose(2, 0, 1).expandDims(0)); // (1, N, T, S)
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(1, heads, inputShapes[0].get(0), inputShapes[0].get(1))};
    }
}
