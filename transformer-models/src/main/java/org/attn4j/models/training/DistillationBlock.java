package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.head.ModelWithHead;

/**
 * A student with the teacher that it learns from, for DJL's {@code Trainer}. In training it gives
 * the logits of both, their states (B, T, D) and the mask of the tokens that are seen (B, T), which
 * {@link DistillationLoss} takes; in inference the student's logits alone. The teacher is no child:
 * it is neither trained nor saved, its dropout is off, and nothing of it is kept for a gradient.
 */
public final class DistillationBlock extends AbstractBlock {

    private static final byte VERSION = 1;

    private final ModelWithHead student;
    private final LoadedModel teacher;
    private final List<String> inputs;

    /**
     * Constructs a block.
     *
     * @param student the student, with its weights
     * @param teacher the teacher, loaded for prediction, with as many classes and of the same D; it
     *     stays the caller's
     * @param inputs what the data of a batch are, such as {@code input_ids}
     */
    public DistillationBlock(ModelWithHead student, LoadedModel teacher, List<String> inputs) {
        super(VERSION);
        this.student = addChildBlock("model", student);
        this.teacher = teacher;
        this.inputs = List.copyOf(inputs);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList data,
            boolean training,
            PairList<String, Object> params) {
        ModelInputs in = ModelInputs.ofList(inputs, data);
        if (!training) {
            return new NDList(student.run(parameters, in, false).require("logits"));
        }
        ModelOutputs wanted = asked(in);
        ModelOutputs found = student.runWithStates(parameters, in, true);
        return new NDList(
                found.require("logits"),
                wanted.require("logits"),
                found.require("last_hidden_state"),
                wanted.require("last_hidden_state"),
                seen(in));
    }

    /** Asks the teacher; what it makes on the way is freed at once. */
    private ModelOutputs asked(ModelInputs in) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            ParameterStore own = new ParameterStore(teacher.manager(), false);
            ModelOutputs outputs = teacher.model(ModelWithHead.class).runWithStates(own, in, false);
            outputs.arrays().values().forEach(NDScope::unregister);
            return outputs;
        }
    }

    private static NDArray seen(ModelInputs in) {
        NDArray mask = in.get("attention_mask");
        NDArray ids = in.require("input_ids");
        return mask != null
                ? mask
                : ids.getManager().ones(ids.getShape(), DataType.INT64); // (B, T)
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        student.initialize(manager, dataType, student.smallestInput());
    }

    /** Outputs have names; their shapes are the documentation of the model's. */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return student.getOutputShapes(inputShapes);
    }
}
