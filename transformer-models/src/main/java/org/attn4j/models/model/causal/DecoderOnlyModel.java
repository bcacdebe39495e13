package org.attn4j.models.model.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.common.Require;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.head.BaseModel;
import org.attn4j.models.model.head.BaseOutput;

/** A decoder-only model without its head. Each family has its forward pass, {@link #forward}. */
public abstract class DecoderOnlyModel extends BaseModel {

    private final int hiddenSize;
    private final int maxPositions;

    /**
     * Creates a model.
     *
     * @param inputNames what it takes, of {@code input_ids}, {@code attention_mask}, {@code
     *     position_ids} and {@code token_type_ids}
     * @param hiddenSize D
     * @param maxPositions how many positions there are; 0 for any number
     */
    protected DecoderOnlyModel(List<String> inputNames, int hiddenSize, int maxPositions) {
        super(inputNames);
        this.hiddenSize = hiddenSize;
        this.maxPositions = maxPositions;
    }

    /**
     * Computes the states of tokens.
     *
     * @param parameters where the parameters are found
     * @param in the tokens, which may follow others
     * @param training whether dropout applies
     * @return (B, T, D)
     */
    public abstract NDArray forward(ParameterStore parameters, CausalInputs in, boolean training);

    /**
     * Returns the token embedding, for heads that are tied to it.
     *
     * @return the embedding, (V, E)
     */
    public abstract TokenEmbedding tokens();

    /**
     * Returns the layers, for caches of their keys and values.
     *
     * @return the layers
     */
    protected abstract TransformerStack layers();

    /**
     * Returns whether continuations of one prompt can share a row of the model.
     *
     * @return false unless a family says that its attention knows no positions but those that it is
     *     told, and keeps nothing but keys and values
     */
    protected boolean branches() {
        return false;
    }

    /**
     * Returns the size of the states.
     *
     * @return D unless a family says otherwise
     */
    public int outputSize() {
        return hiddenSize;
    }

    @Override
    public final BaseOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        return new BaseOutput(forward(parameters, CausalInputs.of(in, this), training), null);
    }

    /**
     * Refuses sequences that are longer than the table of positions.
     *
     * @param count how many tokens the longest of them has, without padding
     */
    void requirePositions(long count) {
        Require.that(
                maxPositions == 0 || count <= maxPositions,
                "the model has %s positions, but the sequence has %s tokens: shorten it",
                maxPositions,
                count);
    }

    @Override
    public final OptionalInt maxTokens() {
        return maxPositions == 0 ? OptionalInt.empty() : OptionalInt.of(maxPositions);
    }

    @Override
    public final boolean isCausal() {
        return true;
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape ids = new Shape(1, 1);
        for (Block child : getChildren().values()) {
            boolean table = child instanceof TokenEmbedding || child instanceof LearnedPositions;
            if (!child.isInitialized()) {
                child.initialize(manager, dataType, table ? ids : ids.add(hiddenSize));
            }
        }
    }

    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(outputSize())};
    }
}
