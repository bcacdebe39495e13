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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Turns the hidden states of a model into the outputs of a task. As a plain block, {@code forward}
 * takes {@code [states]} or {@code [states, pooled]} and gives the outputs without a loss.
 */
public abstract class Head extends AbstractBlock {

    private static final byte VERSION = 1;

    private final int modelSize;
    private final Set<String> inputNames;

    /**
     * Creates a head.
     *
     * @param modelSize D, which every child takes
     * @param inputNames the inputs that the head looks at beside the base model, such as {@code
     *     labels}
     */
    protected Head(int modelSize, String... inputNames) {
        super(VERSION);
        this.modelSize = modelSize;
        this.inputNames = Set.of(inputNames);
    }

    /**
     * Computes the outputs.
     *
     * @param parameters where the parameters are found
     * @param encoded what the base model gives
     * @param in the model's inputs, labels among them
     * @param training whether dropout applies
     * @return the outputs, with {@code loss} if there are labels
     */
    public abstract ModelOutputs apply(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training);

    /**
     * Returns what the base model is given in place of the model's inputs.
     *
     * @param in the model's inputs
     * @return the base model's inputs; the same unless a head says otherwise
     */
    public ModelInputs baseInputs(ModelInputs in) {
        return in;
    }

    /**
     * Returns the inputs that the head looks at beside the base model.
     *
     * @return their names
     */
    public final Set<String> inputNames() {
        return inputNames;
    }

    /**
     * Adds a linear map with a bias as a child.
     *
     * @param name the child's name
     * @param units how many numbers it gives
     * @return the map
     */
    protected final LinearBlock linear(String name, long units) {
        return addChildBlock(name, LinearBlock.of(units, true));
    }

    /**
     * Returns logits, and their loss where there are {@code labels}.
     *
     * @param logits the logits
     * @param in the model's inputs
     * @param loss from logits and labels to a scalar
     * @return {@code logits}, and {@code loss}
     */
    protected static ModelOutputs outputs(
            NDArray logits, ModelInputs in, BinaryOperator<NDArray> loss) {
        NDArray labels = in.get("labels");
        return ModelOutputs.of("logits", logits)
                .with("loss", labels == null ? null : loss.apply(logits, labels));
    }

    /**
     * Puts all sequences of all examples one below the other: (…, T) becomes (rows, T).
     *
     * @param in the inputs; the head's own are left out
     * @return the inputs of the base model
     */
    protected final ModelInputs flattened(ModelInputs in) {
        Shape shape = in.tokenShape();
        long length = shape.get(shape.dimension() - 1); // T
        Map<String, NDArray> rows = new LinkedHashMap<>();
        in.arrays()
                .forEach(
                        (name, array) -> {
                            if (name.equals("inputs_embeds")) {
                                long size = array.getShape().get(shape.dimension()); // D
                                rows.put(name, array.reshape(-1, length, size));
                            } else if (!inputNames.contains(name)) {
                                rows.put(name, array.reshape(-1, length));
                            }
                        });
        return new ModelInputs(rows, in.observer());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray pooled = inputs.size() < 2 ? null : inputs.get(1);
        BaseOutput encoded = new BaseOutput(inputs.get(0), pooled);
        return apply(parameters, encoded, new ModelInputs(Map.of(), null), training).list();
    }

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
