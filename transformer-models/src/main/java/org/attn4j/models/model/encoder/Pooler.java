package org.attn4j.models.model.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.layer.Layers;

/** One vector for a sequence, {@code tanh(dense(first token))} (Devlin et al. 2019, §3). */
public final class Pooler extends AbstractBlock {

    private static final byte VERSION = 1;

    private final int modelSize;
    private final LinearBlock dense;

    /**
     * Creates a pooler.
     *
     * @param modelSize D
     */
    public Pooler(int modelSize) {
        super(VERSION);
        this.modelSize = modelSize;
        dense = addChildBlock("dense", LinearBlock.of(modelSize, true));
    }

    /**
     * Pools states where there is a pooler.
     *
     * @param pooler the pooler; null for none
     * @param parameters where the parameters are found
     * @param states (B, T, D)
     * @param training whether this is a training pass
     * @return (B, D); null without a pooler
     */
    public static NDArray pool(
            Pooler pooler, ParameterStore parameters, NDArray states, boolean training) {
        return pooler == null ? null : Layers.apply(pooler, parameters, states, training);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes states (B, T, D) and gives (B, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray first = inputs.singletonOrThrow().get(new NDIndex(":, 0")); // (B, D)
        return new NDList(Layers.apply(dense, parameters, first, training).tanh());
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        dense.initialize(manager, dataType, new Shape(1, modelSize));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), modelSize)};
    }
}
