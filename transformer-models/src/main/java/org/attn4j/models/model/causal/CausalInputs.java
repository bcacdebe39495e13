package org.attn4j.models.model.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.common.Require;
import org.attn4j.models.layer.DecoderCache;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.TokenInput;
import org.attn4j.models.model.ModelInputs;

/**
 * Tokens for a decoder-only model, which may follow others.
 *
 * @param words the tokens, (B, T)
 * @param tokenTypes (B, T) of int64; null for none
 * @param positions the positions of the tokens, (B, T) or (T) of int64; null to count them
 * @param visible (B, S), zero for padding, with the tokens before; or (B, T, S), zero for what a
 *     token does not see beside those after it; null for all
 * @param cache what is kept of the tokens before; null if there are none
 * @param observer receives weights and states; null for nobody
 */
public record CausalInputs(
        TokenInput words,
        NDArray tokenTypes,
        NDArray positions,
        NDArray visible,
        DecoderCache cache,
        AttentionObserver observer) {

    /**
     * Checks and returns whole sequences.
     *
     * @param in {@code input_ids} or {@code inputs_embeds}, and maybe {@code attention_mask},
     *     {@code position_ids} and {@code token_type_ids}, which are tokens too
     * @param model the model that they are for
     * @return the inputs
     * @throws IllegalArgumentException if one is missing or does not fit
     */
    static CausalInputs of(ModelInputs in, DecoderOnlyModel model) {
        long vocabularySize = model.tokens().vocabularySize();
        TokenInput words = in.tokens(vocabularySize); // (B, T)
        NDArray visible = in.get("attention_mask"); // (B, T) or (B, T, T)
        Shape shape = words.shape();
        Require.that(
                visible == null
                        || visible.getShape().equals(shape)
                        || visible.getShape().equals(shape.add(shape.get(1))),
                "attention_mask must have the shape of input_ids, or that and the tokens seen once"
                        + " more, got attention_mask=%s, input_ids=%s",
                visible == null ? null : visible.getShape(),
                shape);
        int limit = model.maxTokens().orElse(Integer.MAX_VALUE);
        NDArray positions = in.ids("position_ids", limit);
        NDArray tokenTypes = in.ids("token_type_ids", vocabularySize);
        model.requirePositions(shape.get(1));
        return new CausalInputs(words, tokenTypes, positions, visible, null, in.observer());
    }

    /** How many tokens went before. */
    private long before() {
        return cache == null ? 0 : cache.length();
    }

    /**
     * Returns which tokens are seen, where a model computes with it. With a mask of (B, T, T) all
     * are: positions that count on over several texts shift the scores of a row alike.
     *
     * @return (B, S) of int64, ones and zeros
     */
    public NDArray seen() {
        long length = before() + words.shape().get(1);
        return visible != null && visible.getShape().dimension() == 2
                ? visible.toType(DataType.INT64, false)
                : words.manager().ones(new Shape(words.shape().get(0), length), DataType.INT64);
    }

    /**
     * Returns the positions of the tokens.
     *
     * @return as given, (B, T) or (T), or else counted on from the tokens before, (T)
     */
    public NDArray countedPositions() {
        if (positions != null) {
            return positions;
        }
        int first = Math.toIntExact(before());
        int end = Math.toIntExact(first + words.shape().get(1));
        return words.manager().arange(first, end, 1, DataType.INT64);
    }

    /**
     * Returns these inputs with positions.
     *
     * @param tokens (B, T) or (T) of int64
     * @return the new inputs
     */
    public CausalInputs withPositions(NDArray tokens) {
        return new CausalInputs(words, tokenTypes, tokens, visible, cache, observer);
    }

    /**
     * Returns what the layers look at: the tokens up to each one's own, without padding.
     *
     * @param mask what a family hides or adds beside that, such as a window or a bias
     * @return the inputs of the layers
     */
    public LayerInputs forLayers(AttentionMask mask) {
        AttentionMask causal = AttentionMask.causal().and(mask);
        return LayerInputs.of(visible == null ? causal : causal.and(seenOnly()))
                .withPositions(positions)
                .withCache(cache)
                .withObserver(observer);
    }

    private AttentionMask seenOnly() {
        return visible.getShape().dimension() == 2
                ? AttentionMask.keys(visible)
                : AttentionMask.dense(visible);
    }
}
