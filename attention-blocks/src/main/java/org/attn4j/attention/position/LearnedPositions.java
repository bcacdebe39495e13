package org.attn4j.attention.position;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Embedding;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * A learned vector for each position, as in BERT, GPT-2 and BART. {@code forward} takes places, any
 * shape of int64, and gives that shape with D behind it. Parameter: {@code weight}, (offset +
 * maxLength, D).
 */
public final class LearnedPositions extends AbstractBlock {

    private static final byte VERSION = 1;

    private final int maxLength;
    private final int size;
    private final int offset;
    private final Parameter weight;

    /**
     * Creates the vectors.
     *
     * @param maxLength how many positions there are
     * @param size D
     * @param offset which row of the table is position 0: 2 in BART and OPT, else 0
     */
    public LearnedPositions(int maxLength, int size, int offset) {
        super(VERSION);
        Require.that(
                maxLength >= 1 && size >= 1 && offset >= 0,
                "maxLength and size must be at least 1 and offset at least 0, got"
                        + " maxLength=%s, size=%s, offset=%s",
                maxLength,
                size,
                offset);
        this.maxLength = maxLength;
        this.size = size;
        this.offset = offset;
        weight =
                addParameter(
                        Parameter.builder()
                                .setName("weight")
                                .setType(Parameter.Type.OTHER)
                                .optShape(new Shape((long) offset + maxLength, size))
                                .optInitializer(new NormalInitializer(0.02f))
                                .build());
    }

    /**
     * Returns how many positions there are.
     *
     * @return the rows of the table behind the offset
     */
    public int maxLength() {
        return maxLength;
    }

    /**
     * Returns the vectors of consecutive positions.
     *
     * @param parameters where the table is found
     * @param manager where the result lives
     * @param first the first position
     * @param count T
     * @param training whether this is a training pass
     * @return (T, D)
     */
    public NDArray encode(
            ParameterStore parameters,
            NDManager manager,
            long first,
            long count,
            boolean training) {
        Require.that(
                first + count <= maxLength,
                "a sequence must have at most as many positions as are learned, got learned=%s,"
                        + " sequence=%s: shorten it, or train with a larger maxLength",
                maxLength,
                first + count);
        NDArray positions = manager.arange((int) first, (int) (first + count), 1, DataType.INT64);
        return forwardInternal(parameters, new NDList(positions), training, null)
                .singletonOrThrow();
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray positions = inputs.singletonOrThrow();
        NDArray table = parameters.getValue(weight, positions.getDevice(), training);
        return Embedding.embedding(Scalars.add(positions, offset), table, SparseFormat.DENSE);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(size)};
    }
}
