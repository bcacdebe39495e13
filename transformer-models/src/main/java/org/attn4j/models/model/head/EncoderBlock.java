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
import java.util.List;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.model.ModelInputs;

/**
 * What the encoders share: adapts the arrays of {@code forward} to inputs by name, and initialises
 * the children. The stack is the first child; the others (poolers) take its states.
 *
 * <p>{@code forward} takes the inputs in the order of {@link #inputNames()}, those at the end left
 * out or not, and gives {@code [states]} or {@code [states, pooled]}.
 */
public abstract class EncoderBlock extends AbstractBlock implements Encoder {

    private static final byte VERSION = 1;

    private final List<String> inputNames;

    /**
     * Creates an encoder.
     *
     * @param inputNames the inputs it looks at, {@code input_ids} first
     */
    protected EncoderBlock(List<String> inputNames) {
        super(VERSION);
        this.inputNames = List.copyOf(inputNames);
    }

    /** {@inheritDoc} */
    @Override
    public final List<String> inputNames() {
        return inputNames;
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        EncoderOutput output = encode(parameters, ModelInputs.ofList(inputNames, inputs), training);
        NDArray pooled = output.pooled();
        return pooled == null ? new NDList(output.states()) : new NDList(output.states(), pooled);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape states = getOutputShapes(inputShapes)[0];
        for (Block child : getChildren().values()) {
            boolean stack = child instanceof EmbeddedStack;
            child.initialize(manager, dataType, stack ? inputShapes[0] : states);
        }
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return getChildren().valueAt(0).getOutputShapes(inputShapes);
    }
}
