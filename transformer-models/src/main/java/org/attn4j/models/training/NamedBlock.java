package org.attn4j.models.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import java.util.Optional;
import org.attn4j.models.layer.ProjectedStates;
import org.attn4j.models.layer.ProjectingBlock;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.PretrainedModel;

/**
 * A pretrained model as a block of unnamed arrays, as DJL's {@code Trainer} calls it: data in the
 * order of the names of inputs, predictions in the order of the names of outputs.
 */
public final class NamedBlock extends AbstractBlock implements ProjectingBlock {

    private static final byte VERSION = 1;

    private final PretrainedModel model;
    private final List<String> inputs;
    private final List<String> outputs;

    /**
     * Constructs a block.
     *
     * @param model the model, with its weights
     * @param inputs what the data of a batch are, such as {@code input_ids} and {@code
     *     attention_mask}
     * @param outputs what the loss is given, such as {@code logits}
     */
    public NamedBlock(PretrainedModel model, List<String> inputs, List<String> outputs) {
        super(VERSION);
        this.model = addChildBlock("model", model);
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
    }

    /**
     * Returns the model.
     *
     * @return the model
     */
    public PretrainedModel model() {
        return model;
    }

    /**
     * Returns what the data of a batch are.
     *
     * @return the names of the model's inputs, in order
     */
    public List<String> inputs() {
        return inputs;
    }

    /**
     * Returns what the loss is given.
     *
     * @return the names of the model's outputs, in order
     */
    public List<String> outputs() {
        return outputs;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList data,
            boolean training,
            PairList<String, Object> params) {
        ModelOutputs found = model.run(parameters, ModelInputs.ofList(inputs, data), training);
        NDList predictions = new NDList();
        outputs.forEach(name -> predictions.add(found.require(name)));
        return predictions;
    }

    @Override
    public Optional<ProjectedStates> beforeProjection(
            ParameterStore parameters, NDList data, boolean training) {
        return outputs.equals(List.of("logits"))
                ? model.runBeforeProjection(parameters, ModelInputs.ofList(inputs, data), training)
                : Optional.empty();
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        model.initialize(manager, dataType, model.smallestInput());
    }

    /** Outputs have names; their shapes are the documentation of the model's. */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return model.getOutputShapes(inputShapes);
    }
}
