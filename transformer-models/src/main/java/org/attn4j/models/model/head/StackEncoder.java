package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.EmbeddingInputs;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelInputs;

/**
 * An encoder that is one stack of layers, and a pooler if the task wants one: BERT and its
 * relatives. They differ in the stack, in the inputs they take, and in how places are counted.
 *
 * <p>Its children are {@code encoder} and {@code pooler}.
 */
public abstract class StackEncoder extends EncoderBlock {

    private final TokenEmbedding tokens;
    private final EmbeddedStack encoder;
    private final Pooler pooler; // null for none
    private final int tokenTypes;
    private final int maxPositions;

    /**
     * Creates an encoder.
     *
     * @param inputNames what it takes, of {@code input_ids}, {@code attention_mask}, {@code
     *     token_type_ids} and {@code position_ids}
     * @param tokens the token embedding that the stack starts from
     * @param encoder the stack
     * @param pooler from states to one vector, or null
     * @param tokenTypes how many types of tokens there are
     * @param maxPositions how many places there are
     */
    protected StackEncoder(
            List<String> inputNames,
            TokenEmbedding tokens,
            EmbeddedStack encoder,
            Pooler pooler,
            int tokenTypes,
            int maxPositions) {
        super(inputNames);
        this.tokens = tokens;
        this.encoder = addChildBlock("encoder", encoder);
        this.pooler = pooler == null ? null : addChildBlock("pooler", pooler);
        this.tokenTypes = tokenTypes;
        this.maxPositions = maxPositions;
    }

    /** {@inheritDoc} */
    @Override
    public EncoderOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        return encode(parameters, in, in.mask("attention_mask"), in.observer(), training);
    }

    /**
     * Encodes sequences under another mask than that of the inputs, or for another observer.
     *
     * @param parameters where the parameters are found
     * @param in the inputs by name
     * @param mask who sees whom
     * @param observer receives weights and states, or null
     * @param training whether dropout applies
     * @return the hidden states
     */
    protected final EncoderOutput encode(
            ParameterStore parameters,
            ModelInputs in,
            AttentionMask mask,
            AttentionObserver observer,
            boolean training) {
        in.require("input_ids");
        NDArray ids = in.ids("input_ids", tokens.vocabularySize()); // (B, T)
        EmbeddingInputs embedded =
                EmbeddingInputs.of(ids, 0)
                        .withTokenTypes(in.ids("token_type_ids", tokenTypes))
                        .withPositions(positions(in));
        NDArray states =
                encoder.forward(
                        parameters,
                        embedded,
                        LayerInputs.of(mask).withObserver(observer),
                        training); // (B, T, D)
        NDArray pooled =
                pooler == null
                        ? null
                        : Layers.apply(pooler, parameters, states, training); // (B, D)
        return new EncoderOutput(states, pooled);
    }

    /**
     * Returns the places of the tokens.
     *
     * @param in the inputs
     * @return {@code position_ids} as they are given, (B, T) or (T) of int64; null for 0, 1, 2 …
     */
    protected NDArray positions(ModelInputs in) {
        return in.ids("position_ids", maxPositions);
    }

    /** {@inheritDoc} */
    @Override
    public OptionalInt maxTokens() {
        return maxPositions == 0 ? OptionalInt.empty() : OptionalInt.of(maxPositions);
    }

    /**
     * Returns how many places there are.
     *
     * @return the number of rows of the position table
     */
    protected final int maxPositions() {
        return maxPositions;
    }

    /**
     * Returns the token embedding, for heads that are tied to it.
     *
     * @return the embedding, (V, E)
     */
    public final TokenEmbedding tokens() {
        return tokens;
    }
}
