package org.attn4j.models.layer;

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
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.Temporaries;
import org.attn4j.attention.position.ScoreBias;

/** Embeddings, encoder layers and a final norm. */
public final class EncoderStack extends AbstractBlock {

    private static final byte VERSION = 1;

    private final Embeddings embeddings;
    private final ScoreBias scoreBias; // null for none
    private final List<EncoderLayer> layers;
    private final int groupSize;
    private final Block finalNorm; // null for none

    /**
     * Creates a stack.
     *
     * @param embeddings turns token ids into vectors
     * @param scoreBias is added to the scores of every layer, or null; a block becomes a child
     * @param layers the layers, the first first
     * @param finalNorm the norm after the last layer, or null
     */
    public EncoderStack(
            Embeddings embeddings,
            ScoreBias scoreBias,
            List<EncoderLayer> layers,
            Block finalNorm) {
        this(embeddings, scoreBias, layers, 1, finalNorm);
    }

    /**
     * Creates a stack whose layers come in groups, as in ALBERT. A layer may stand in several
     * places; its parameters are then shared.
     *
     * @param embeddings turns token ids into vectors
     * @param scoreBias is added to the scores of every layer, or null; a block becomes a child
     * @param layers the layers, the first first
     * @param groupSize after how many layers an observer is told the hidden states
     * @param finalNorm the norm after the last layer, or null
     */
    public EncoderStack(
            Embeddings embeddings,
            ScoreBias scoreBias,
            List<EncoderLayer> layers,
            int groupSize,
            Block finalNorm) {
        super(VERSION);
        this.groupSize = groupSize;
        this.embeddings = addChildBlock("embeddings", embeddings);
        this.scoreBias = scoreBias;
        if (scoreBias instanceof Block block) {
            addChildBlock("relative_attention_bias", block);
        }
        this.layers = addChildBlock("layers", new LayerList<>(layers)).layers();
        this.finalNorm = finalNorm == null ? null : addChildBlock("layer_norm", finalNorm);
    }

    /**
     * Encodes sequences.
     *
     * @param parameters where the parameters are found
     * @param ids (B, S) int64
     * @param visible (B, S), true for the tokens that are seen, or null if all are
     * @param observer receives the weights as {@code layers.i.self_attn} and the states as {@code
     *     hidden_states.i}, or null
     * @param training whether dropout applies
     * @return (B, S, D), on the manager of {@code ids}
     */
    public NDArray encode(
            ParameterStore parameters,
            NDArray ids,
            NDArray visible,
            AttentionObserver observer,
            boolean training) {
        AttentionMask mask = visible == null ? AttentionMask.none() : AttentionMask.keys(visible);
        return encode(parameters, EmbeddingInputs.of(ids, 0), mask, observer, training);
    }

    /**
     * Encodes sequences whose tokens have types or places of their own, under any mask.
     *
     * @param parameters where the parameters are found
     * @param in the tokens, (B, S)
     * @param mask who sees whom among the S places
     * @param observer receives the weights as {@code layers.i.self_attn} and the states as {@code
     *     hidden_states.i}, or null
     * @param training whether dropout applies
     * @return (B, S, D), on the manager of the ids
     */
    public NDArray encode(
            ParameterStore parameters,
            EmbeddingInputs in,
            AttentionMask mask,
            AttentionObserver observer,
            boolean training) {
        return encode(parameters, in, mask, null, observer, training);
    }

    /**
     * Goes on with sequences of which the tokens before are cached: a decoder-only model, with a
     * causal mask.
     *
     * @param parameters where the parameters are found
     * @param in the tokens that are new, (B, T); their places also turn queries and keys where
     *     attention is rotary
     * @param mask who sees whom, from the T new places to those of the cache and these
     * @param cache what is kept of the tokens before, which these are added to; null for none
     * @param observer receives the weights as {@code layers.i.self_attn} and the states as {@code
     *     hidden_states.i}, or null
     * @param training whether dropout applies
     * @return (B, T, D), on the manager of the ids
     */
    public NDArray encode(
            ParameterStore parameters,
            EmbeddingInputs in,
            AttentionMask mask,
            DecoderCache cache,
            AttentionObserver observer,
            boolean training) {
        NDManager manager = in.ids().getManager();
        long length = in.ids().getShape().get(1);
        long keys = length + (cache == null ? 0 : cache.length());
        AttentionMask realised =
                Stacks.biased(mask, scoreBias, parameters, manager, length, keys, training)
                        .realise(manager, length, keys);
        Temporaries temporaries =
                Stacks.temporaries(this, parameters, observer, training, in.ids(), realised.bias());
        NDArray x = temporaries.of(() -> embeddings.embed(parameters, in, training)); // (B, S, D)
        for (int i = 0; i < layers.size(); i++) {
            if (i % groupSize == 0) {
                Stacks.hidden(observer, i / groupSize, x);
            }
            AttentionObserver at = Stacks.layer(observer, i);
            KeyValueCache kept = cache == null ? null : cache.self(i);
            EncoderLayer layer = layers.get(i);
            NDArray before = x;
            x =
                    temporaries.of(
                            () ->
                                    layer.encode(
                                            parameters,
                                            before,
                                            realised,
                                            in.positions(),
                                            kept,
                                            at,
                                            training));
            temporaries.free(before);
        }
        if (cache != null) {
            cache.advance(length);
        }
        NDArray states = finalNorm == null ? x : Layers.apply(finalNorm, parameters, x, training);
        Stacks.hidden(observer, layers.size() / groupSize, states);
        return states;
    }

    /**
     * Creates an empty cache for this stack.
     *
     * @param manager where its arrays live
     * @return the cache
     */
    public DecoderCache newCache(NDManager manager) {
        return new DecoderCache(manager, layers.size());
    }

    /**
     * Returns how many tokens of a sequence there are positions for.
     *
     * @return the number; empty if there is no limit
     */
    public OptionalInt maxLength() {
        return embeddings.maxLength();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [ids]} or {@code [ids, visible]}, both (B, S), and gives (B, S, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray visible = inputs.size() < 2 ? null : inputs.get(1);
        return new NDList(encode(parameters, inputs.get(0), visible, null, training));
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape hidden = embeddings.getOutputShapes(inputShapes)[0];
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, child == embeddings ? inputShapes[0] : hidden);
        }
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return embeddings.getOutputShapes(new Shape[] {inputShapes[0]});
    }
}
