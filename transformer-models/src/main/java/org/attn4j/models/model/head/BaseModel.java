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
import java.util.OptionalInt;
import org.attn4j.models.layer.TokenVectors;
import org.attn4j.models.model.ModelInputs;

/**
 * A family's model without a head: from token ids to hidden states.
 *
 * <p>The first child turns ids into vectors, a {@link TokenVectors}; the others (layers, a norm, a
 * pooler) take vectors of the size that it gives. {@code forward} takes the inputs in the order of
 * {@link #inputNames()}, those at the end left out or not, and gives {@code [states]} or {@code
 * [states, pooled]}. By name {@code inputs_embeds} may take the place of {@code input_ids}.
 */
public abstract class BaseModel extends AbstractBlock {

    private static final byte VERSION = 1;

    private final List<String> inputNames;

    /**
     * Creates a model.
     *
     * @param inputNames the inputs it looks at, {@code input_ids} first
     */
    protected BaseModel(List<String> inputNames) {
        super(VERSION);
        this.inputNames = List.copyOf(inputNames);
    }

    /**
     * Computes the hidden states of sequences.
     *
     * @param parameters where the parameters are found
     * @param in the inputs by name; those that are for a head are passed over
     * @param training whether dropout applies
     * @return the hidden states, on the manager of the inputs
     */
    public abstract BaseOutput encode(ParameterStore parameters, ModelInputs in, boolean training);

    /**
     * Looks tokens up as {@link #encode} does.
     *
     * @param parameters where the parameters are found
     * @param ids (B, T) of int64
     * @return {@code inputs_embeds}, (B, T, D), without types and positions
     * @throws IllegalArgumentException if an id is negative or too high
     */
    public final NDArray lookUp(ParameterStore parameters, NDArray ids) {
        TokenVectors words = (TokenVectors) getChildren().valueAt(0);
        NDArray known = ModelInputs.of(ids).ids("input_ids", words.vocabularySize());
        return words.lookUp(parameters, known, false);
    }

    /**
     * Returns the inputs that the model looks at, in the order in which {@code forward} takes them.
     *
     * @return their names, {@code input_ids} first
     */
    public final List<String> inputNames() {
        return inputNames;
    }

    /**
     * Returns whether a token sees only itself and those before it.
     *
     * @return false unless a family says otherwise
     */
    public boolean isCausal() {
        return false;
    }

    /**
     * Returns how many tokens of a sequence there are positions for, special ones included.
     *
     * @return the number; empty if there is no limit
     */
    public OptionalInt maxTokens() {
        return OptionalInt.empty();
    }

    /**
     * Tells which sequences may stand in one batch and still give what each gives alone: those
     * whose lengths are of one class, however they are filled up.
     *
     * @param tokens how many tokens a sequence has
     * @return the class; the same for all lengths unless a model looks at the longest
     */
    public int batchClass(int tokens) {
        return 0;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        BaseOutput output = encode(parameters, ModelInputs.ofList(inputNames, inputs), training);
        NDArray pooled = output.pooled();
        return pooled == null ? new NDList(output.states()) : new NDList(output.states(), pooled);
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Block first = getChildren().valueAt(0);
        Shape states = getOutputShapes(inputShapes)[0];
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, child == first ? inputShapes[0] : states);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return getChildren().valueAt(0).getOutputShapes(inputShapes);
    }
}
