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
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.Temporaries;
import org.attn4j.attention.position.ScoreBias;

/** Embeddings, decoder layers and a final norm. */
public final class DecoderStack extends AbstractBlock {

    private static final byte VERSION = 1;

    private final Embeddings embeddings;
    private final ScoreBias scoreBias; // null for none
    private final List<DecoderLayer> layers;
    private final Block finalNorm; // null for none

    /**
     * Creates a stack.
     *
     * @param embeddings turns token ids into vectors
     * @param scoreBias is added to the self-attention scores of every layer, or null; a block
     *     becomes a child
     * @param layers the layers, the first first
     * @param finalNorm the norm after the last layer, or null
     */
    public DecoderStack(
            Embeddings embeddings,
            ScoreBias scoreBias,
            List<DecoderLayer> layers,
            Block finalNorm) {
        super(VERSION);
        this.embeddings = addChildBlock("embeddings", embeddings);
        this.scoreBias = scoreBias;
        if (scoreBias instanceof Block block) {
            addChildBlock("relative_attention_bias", block);
        }
        this.layers = addChildBlock("layers", new LayerList<>(layers)).layers();
        this.finalNorm = finalNorm == null ? null : addChildBlock("layer_norm", finalNorm);
    }

    /**
     * Returns empty caches for this stack.
     *
     * @param manager where their arrays live
     * @return the caches
     */
    public DecoderCache newCache(NDManager manager) {
        return new DecoderCache(manager, layers.size());
    }

    /**
     * Decodes target tokens. A token sees itself and those before it, which keeps the padding at
     * the end of a row out of all that counts.
     *
     * @param parameters where the parameters are found
     * @param ids (B, T) int64, after those that are cached
     * @param memory what the encoder gives, (B, S, D); null in a stack without cross-attention
     * @param memoryMask which places of the memory are seen
     * @param cache caches of the earlier tokens, or null
     * @param observer receives the weights as {@code layers.i.self_attn} and {@code
     *     layers.i.encoder_attn}, and the states as {@code hidden_states.i}; or null
     * @param training whether dropout applies
     * @return (B, T, D), on the manager of {@code ids}
     */
    public NDArray decode(
            ParameterStore parameters,
            NDArray ids,
            NDArray memory,
            AttentionMask memoryMask,
            DecoderCache cache,
            AttentionObserver observer,
            boolean training) {
        return decode(
                parameters,
                ids,
                AttentionMask.none(),
                memory,
                memoryMask,
                cache,
                observer,
                training);
    }

    /**
     * Decodes target tokens of which some are hidden.
     *
     * @param parameters where the parameters are found
     * @param ids (B, T) int64, after those that are cached
     * @param targetMask which targets are seen, the cached ones first, by those after them
     * @param memory what the encoder gives, (B, S, D); null in a stack without cross-attention
     * @param memoryMask which places of the memory are seen
     * @param cache caches of the earlier tokens, or null
     * @param observer receives weights and states, or null
     * @param training whether dropout applies
     * @return (B, T, D), on the manager of {@code ids}
     */
    public NDArray decode(
            ParameterStore parameters,
            NDArray ids,
            AttentionMask targetMask,
            NDArray memory,
            AttentionMask memoryMask,
            DecoderCache cache,
            AttentionObserver observer,
            boolean training) {
        NDManager manager = ids.getManager();
        long first = cache == null ? 0 : cache.length();
        long length = ids.getShape().get(1);
        long keys = first + length;
        AttentionMask mask =
                Stacks.biased(
                                AttentionMask.causal().and(targetMask),
                                scoreBias,
                                parameters,
                                manager,
                                length,
                                keys,
                                training)
                        .realise(manager, length, keys);
        AttentionMask realisedMemoryMask =
                memory == null
                        ? AttentionMask.none()
                        : memoryMask.realise(manager, length, memory.getShape().get(1));
        Temporaries temporaries =
                Stacks.temporaries(this, parameters, observer, training, ids, memory, mask.bias());
        NDArray x =
                temporaries.of(
                        () -> embeddings.embed(parameters, ids, first, training)); // (B, T, D)
        for (int i = 0; i < layers.size(); i++) {
            Stacks.hidden(observer, i, x);
            DecoderInputs inputs =
                    new DecoderInputs(
                            x,
                            mask,
                            memory,
                            realisedMemoryMask,
                            cache == null ? null : cache.self(i),
                            cache == null ? null : cache.memory(i),
                            Stacks.layer(observer, i));
            DecoderLayer layer = layers.get(i);
            x = temporaries.of(() -> layer.decode(parameters, inputs, training));
            temporaries.free(inputs.hidden());
        }
        if (cache != null) {
            cache.advance(length);
        }
        NDArray states = finalNorm == null ? x : Layers.apply(finalNorm, parameters, x, training);
        Stacks.hidden(observer, layers.size(), states);
        return states;
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
     * <p>Takes {@code [ids]}, {@code [ids, memory]} or {@code [ids, memory, visible]}, with ids (B,
     * T), memory (B, S, D) and visible (B, S), and gives (B, T, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray memory = inputs.size() < 2 ? null : inputs.get(1);
        AttentionMask memoryMask =
                inputs.size() < 3 ? AttentionMask.none() : AttentionMask.keys(inputs.get(2));
        return new NDList(
                decode(parameters, inputs.get(0), memory, memoryMask, null, null, training));
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape hidden = embeddings.getOutputShapes(new Shape[] {inputShapes[0]})[0];
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
