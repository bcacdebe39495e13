package org.attn4j.models.model.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.models.layer.DecoderCache;
import org.attn4j.models.layer.EmbeddedStack;
import org.attn4j.models.layer.EmbeddingInputs;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.head.EncoderBlock;
import org.attn4j.models.model.head.EncoderOutput;

/**
 * A decoder-only model without its head: one stack of layers under a causal mask. Families differ
 * in the stack, in how places are counted, and in what is added to the scores.
 *
 * <p>Its child is {@code decoder}.
 */
public abstract class CausalEncoder extends EncoderBlock {

    private static final String POSITIONS = "position_ids";

    private final TokenEmbedding tokens;
    private final EmbeddedStack decoder;
    private final int maxPositions;
    private final boolean scalesWithLength;

    /**
     * Creates a model.
     *
     * @param inputNames what it takes, of {@code input_ids}, {@code attention_mask}, {@code
     *     position_ids} and {@code token_type_ids}, which are tokens too
     * @param tokens the token embedding that the stack starts from
     * @param decoder the stack
     * @param maxPositions how many places there are; 0 for any number
     */
    protected CausalEncoder(
            List<String> inputNames,
            TokenEmbedding tokens,
            EmbeddedStack decoder,
            int maxPositions) {
        this(inputNames, tokens, decoder, maxPositions, false);
    }

    /**
     * Creates a model whose positions may depend on the length of a call.
     *
     * @param inputNames what it takes
     * @param tokens the token embedding that the stack starts from
     * @param decoder the stack
     * @param maxPositions how many places there are; 0 for any number
     * @param scalesWithLength whether the longest sequence of a call changes what the others give
     */
    protected CausalEncoder(
            List<String> inputNames,
            TokenEmbedding tokens,
            EmbeddedStack decoder,
            int maxPositions,
            boolean scalesWithLength) {
        super(inputNames);
        this.tokens = tokens;
        this.decoder = addChildBlock("decoder", decoder);
        this.maxPositions = maxPositions;
        this.scalesWithLength = scalesWithLength;
    }

    /**
     * Returns the places of tokens where a family reads them from the mask.
     *
     * @param visible (B, S) int64, zero for padding; the tokens before and the new ones
     * @param count how many are new, T
     * @return (B, T) of int64; null to count 0, 1, 2 … unless the inputs say otherwise
     */
    protected NDArray positions(NDArray visible, long count) {
        return null;
    }

    /**
     * Returns what a family adds to the causal mask, such as a bias on the scores or a window.
     *
     * @param manager where it lives
     * @param visible (B, S), zero for padding
     * @return a mask, or one that hides and adds nothing
     */
    protected AttentionMask mask(NDManager manager, NDArray visible) {
        return AttentionMask.none();
    }

    /** Whether positions or scores depend on the mask, so that there must be one. */
    private NDArray visible(NDArray given, NDArray ids, long before) {
        return given != null
                ? given.toType(DataType.INT64, false)
                : ids.getManager()
                        .ones(
                                new Shape(ids.getShape().get(0), before + ids.getShape().get(1)),
                                DataType.INT64);
    }

    /** {@inheritDoc} */
    @Override
    public final int batchClass(int tokens) {
        return scalesWithLength ? tokens : 0;
    }

    /** {@inheritDoc} */
    @Override
    public final OptionalInt maxTokens() {
        return maxPositions == 0 ? OptionalInt.empty() : OptionalInt.of(maxPositions);
    }

    /** {@inheritDoc} */
    @Override
    public EncoderOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
        in.require("input_ids");
        NDArray ids = in.ids("input_ids", tokens.vocabularySize()); // (B, T)
        int places = maxPositions == 0 ? Integer.MAX_VALUE : maxPositions;
        NDArray mask = in.get("attention_mask");
        if (mask != null && !mask.getShape().equals(ids.getShape())) {
            throw new IllegalArgumentException(
                    "attention_mask must have the shape of input_ids, got attention_mask="
                            + mask.getShape()
                            + ", input_ids="
                            + ids.getShape());
        }
        EmbeddingInputs tokensIn =
                EmbeddingInputs.of(ids, 0)
                        .withPositions(in.ids(POSITIONS, places))
                        .withTokenTypes(in.ids("token_type_ids", tokens.vocabularySize()));
        requirePositions(ids.getShape().get(1));
        return new EncoderOutput(
                decode(parameters, tokensIn, mask, null, in.observer(), training), null);
    }

    /**
     * Computes the states of tokens that may follow others.
     *
     * @param parameters where the parameters are found
     * @param ids (B, T) of int64
     * @param positions the places of the tokens, (B, T) or (T) of int64; null to count them
     * @param visible (B, S), zero for padding, with the tokens before; null if there is none
     * @param cache what is kept of the tokens before; null if there are none
     * @param observer receives weights and states, or null
     * @param training whether dropout applies
     * @return (B, T, D)
     */
    NDArray decode(
            ParameterStore parameters,
            NDArray ids,
            NDArray positions,
            NDArray visible,
            DecoderCache cache,
            AttentionObserver observer,
            boolean training) {
        long before = cache == null ? 0 : cache.length();
        EmbeddingInputs in = EmbeddingInputs.of(ids, before).withPositions(positions);
        return decode(parameters, in, visible, cache, observer, training);
    }

    private NDArray decode(
            ParameterStore parameters,
            EmbeddingInputs in,
            NDArray visible,
            DecoderCache cache,
            AttentionObserver observer,
            boolean training) {
        NDArray ids = in.ids(); // (B, T)
        long before = in.first();
        long count = ids.getShape().get(1);
        NDArray seen = visible(visible, ids, before); // (B, S)
        AttentionMask mask = AttentionMask.causal().and(mask(ids.getManager(), seen));
        if (visible != null) {
            mask = mask.and(AttentionMask.keys(visible));
        }
        EmbeddingInputs placed =
                in.positions() == null ? in.withPositions(positions(seen, count)) : in;
        LayerInputs layers = LayerInputs.of(mask).withCache(cache).withObserver(observer);
        return decoder.forward(parameters, placed, layers, training);
    }

    /**
     * Refuses sequences that are longer than the table of positions.
     *
     * @param count how many tokens the longest of them has, without what it is filled up with
     */
    void requirePositions(long count) {
        if (maxPositions > 0 && count > maxPositions) {
            throw new IllegalArgumentException(
                    "the model has "
                            + maxPositions
                            + " places, but the sequence has "
                            + count
                            + " tokens: shorten it");
        }
    }

    /**
     * Returns the places that generation gives to the tokens of prompts of different lengths, where
     * a model takes them: the first that is no padding is 0.
     */
    NDArray positionsOfPrompts(NDArray visible, long count) {
        if (visible == null || !inputNames().contains(POSITIONS)) {
            return null;
        }
        NDArray places = Scalars.subtract(visible.cumSum(1), 1); // (B, S)
        long length = places.getShape().get(1);
        return Scalars.maximum(
                places.get(":, {}:", length - count), 0); // padding is seen by nobody
    }

    DecoderCache newCache(NDManager manager) {
        return decoder.newCache(manager);
    }

    /**
     * Returns the token embedding, for heads that are tied to it.
     *
     * @return the embedding, (V, E)
     */
    public final TokenEmbedding tokens() {
        return tokens;
    }

    /** {@inheritDoc} */
    @Override
    public final boolean isCausal() {
        return true;
    }
}
