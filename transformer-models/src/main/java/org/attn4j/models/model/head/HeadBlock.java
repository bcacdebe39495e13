package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Map;
import org.attn4j.attention.ops.Linear;
import org.attn4j.models.model.ModelInputs;

/**
 * What the heads share. As a plain block, {@code forward} takes {@code [states]} or {@code [states,
 * pooled]} and gives the outputs without a loss.
 */
public abstract class HeadBlock extends AbstractBlock implements Head {

    private static final byte VERSION = 1;

    private final int modelSize;

    /**
     * Creates a head.
     *
     * @param modelSize D, which every child takes
     */
    protected HeadBlock(int modelSize) {
        super(VERSION);
        this.modelSize = modelSize;
    }

    /**
     * Adds a linear map with a bias as a child.
     *
     * @param name the child's name
     * @param units how many numbers it gives
     * @return the map
     */
    protected final Linear linear(String name, long units) {
        return addChildBlock(name, Linear.builder().setUnits(units).build());
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray pooled = inputs.size() < 2 ? null : inputs.get(1);
        EncoderOutput encoded = new EncoderOutput(inputs.get(0), pooled);
        ModelInputs none = new ModelInputs(Map.of(), null);
        return apply(parameters, encoded, none, training).list();
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, new Shape(1, modelSize));
        }
    }

    /** Outputs have names rather than an order; their shapes are the head's documentation. */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return inputShapes;
    }
}
