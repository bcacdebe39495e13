package org.attn4j.models.task;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.models.model.PretrainedModel;

/**
 * A published model as the block of a DJL {@code Model}, with the tokenizer that its translators
 * need. As a block it is the model itself.
 */
public final class TaskBlock extends AbstractBlock {

    private static final byte VERSION = 1;

    private final TaskModel model;
    private final PretrainedModel block;

    /**
     * Creates a block.
     *
     * @param model the model and its tokenizer, which stay the caller's to close
     */
    public TaskBlock(TaskModel model) {
        super(VERSION);
        this.model = model;
        block = addChildBlock("model", model.model().model());
    }

    /**
     * Returns the model with its tokenizer.
     *
     * @return the model
     */
    public TaskModel model() {
        return model;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return block.forward(parameters, inputs, training, params);
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        block.initialize(manager, dataType, inputShapes);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return block.getOutputShapes(inputShapes);
    }
}
