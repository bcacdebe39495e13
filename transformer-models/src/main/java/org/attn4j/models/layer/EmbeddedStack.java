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
import java.util.OptionalInt;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.position.ScoreBias;

/**
 * Embeddings, layers and a norm: an encoder, or the encoder or the decoder of an encoder-decoder.
 * Its children are {@code embeddings}, {@code relative_attention_bias}, {@code layers} and {@code
 * layer_norm}.
 */
public final class EmbeddedStack extends AbstractBlock implements TokenVectors {

    private static final byte VERSION = 1;

    private final Embeddings embeddings;
    private final ScoreBias scoreBias; // null for none
    private final TransformerStack layers;
    private final Block norm; // null for none

    /**
     * Creates a stack on embeddings.
     *
     * @param embeddings turns token ids into vectors
     * @param scoreBias is added to the self-attention scores of every layer, or null; a block
     *     becomes a child
     * @param layers the layers
     * @param norm the norm after the last layer, or null
     */
    public EmbeddedStack(
            Embeddings embeddings, ScoreBias scoreBias, TransformerStack layers, Block norm) {
        super(VERSION);
        this.embeddings = addChildBlock("embeddings", embeddings);
        this.scoreBias = scoreBias;
        if (scoreBias instanceof Block block) {
            addChildBlock("relative_attention_bias", block);
        }
        this.layers = addChildBlock("layers", layers);
        this.norm = norm == null ? null : addChildBlock("layer_norm", norm);
    }

    /**
     * Computes the states of tokens.
     *
     * @param parameters where the parameters are found
     * @param tokens the tokens, (B, T), which stand after the cached ones; their positions are the
     *     layers' too
     * @param in what the layers look at
     * @param training whether dropout applies
     * @return (B, T, D), on the manager of the tokens
     */
    public NDArray forward(
            ParameterStore parameters, EmbeddingInputs tokens, LayerInputs in, boolean training) {
        NDManager manager = tokens.tokens().manager();
        long length = tokens.tokens().shape().get(1);
        NDArray x = embeddings.embed(parameters, tokens, training); // (B, T, D)
        AttentionMask mask = in.mask();
        if (scoreBias != null) {
            long keys = in.cached() + length;
            mask =
                    mask.and(
                            AttentionMask.bias(
                                    scoreBias.bias(parameters, manager, length, keys, training)));
        }
        LayerInputs layerInputs = in.withMask(mask).withPositions(tokens.positions());
        x = layers.forward(parameters, x, layerInputs, training); // (B, T, D)
        if (norm != null) {
            x = Layers.apply(norm, parameters, x, training);
        }
        return layers.tellLast(in, x);
    }

    @Override
    public long vocabularySize() {
        return embeddings.vocabularySize();
    }

    @Override
    public NDArray lookUp(ParameterStore parameters, NDArray ids, boolean training) {
        return embeddings.lookUp(parameters, ids, training);
    }

    /**
     * Creates empty caches.
     *
     * @param manager where their arrays live
     * @return the caches
     */
    public DecoderCache newCache(NDManager manager) {
        return layers.newCache(manager);
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
     * <p>Takes {@code [ids]} or {@code [ids, visible]}, both (B, T), and gives (B, T, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        AttentionMask mask =
                inputs.size() < 2 ? AttentionMask.none() : AttentionMask.keys(inputs.get(1));
        EmbeddingInputs tokens = EmbeddingInputs.of(inputs.get(0), 0);
        return new NDList(forward(parameters, tokens, LayerInputs.of(mask), training));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape hidden = embeddings.getOutputShapes(inputShapes)[0];
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, child == embeddings ? inputShapes[0] : hidden);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return embeddings.getOutputShapes(new Shape[] {inputShapes[0]});
    }
}
