package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import org.attn4j.attention.Attention;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.recurrent.RecurrentState;
import org.attn4j.common.Require;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.TokenEmbedding;

/**
 * A recurrent decoder that attends to a memory at each step. The token vectors are the child {@code
 * embed_tokens}; its other children are those of each kind, {@code attention} and {@code lm_head}
 * among them.
 */
public abstract class RecurrentDecoder extends AbstractBlock {

    private static final byte VERSION = 1;

    final Sizes sizes;
    final float dropout;
    private final TokenEmbedding embedding;
    private final boolean tied;

    /**
     * The sizes of a decoder.
     *
     * @param vocabularySize V, the target tokens
     * @param embeddingSize E, the features of a token's vector
     * @param hiddenSize d, the features of a state
     * @param memorySize dm, the features of the memory
     */
    public record Sizes(int vocabularySize, int embeddingSize, int hiddenSize, int memorySize) {

        public Sizes {
            Require.that(
                    vocabularySize > 0 && embeddingSize > 0 && hiddenSize > 0 && memorySize > 0,
                    "the sizes of a decoder must be at least 1, got vocabularySize=%s,"
                            + " embeddingSize=%s, hiddenSize=%s, memorySize=%s",
                    vocabularySize,
                    embeddingSize,
                    hiddenSize,
                    memorySize);
        }

        Shape query() {
            return new Shape(1, 1, hiddenSize);
        }

        Shape memory() {
            return new Shape(1, 1, memorySize);
        }
    }

    /**
     * Where the vectors of tokens are.
     *
     * @param tokens the embedding
     * @param shared whether it is also the encoder's, whose model lists its parameter
     * @param tied whether it is also the output projection
     */
    public record Words(TokenEmbedding tokens, boolean shared, boolean tied) {

        /**
         * An embedding of the decoder's own, beside an output projection of its own.
         *
         * @param sizes the decoder's sizes
         * @return the words
         */
        public static Words own(Sizes sizes) {
            return new Words(
                    new TokenEmbedding(sizes.vocabularySize(), sizes.embeddingSize()),
                    false,
                    false);
        }
    }

    RecurrentDecoder(Sizes sizes, Words words, float dropout) {
        super(VERSION);
        this.sizes = sizes;
        this.dropout = dropout;
        tied = words.tied();
        embedding = words.shared() ? words.tokens() : addChildBlock("embed_tokens", words.tokens());
    }

    /** The projection of what predictions are read from, of a number of features. */
    final OutputProjection projection(int features) {
        Require.that(
                !tied || features == sizes.embeddingSize(),
                "a tied output projection takes embeddingSize=%s features, got %s",
                sizes.embeddingSize(),
                features);
        return addChildBlock(
                "lm_head",
                tied
                        ? OutputProjection.tiedTo(embedding, false)
                        : OutputProjection.of(features, sizes.vocabularySize(), false));
    }

    /**
     * Returns what the decoder remembers before its first step.
     *
     * @param layers the state of each layer, (B, d)
     * @return the state
     */
    public abstract DecoderState start(List<RecurrentState> layers);

    /**
     * Decodes T steps that read given tokens: all of a target in training, one in generation.
     *
     * @param parameters where the parameters are found
     * @param ids the token that each step reads, (B, T) int64: the start token, then the target
     * @param memory what is attended to
     * @param state what {@link #start} returned, or the last state of the call before
     * @param observer receives the weights (B, N, T, S), or null
     * @param training whether dropout applies
     * @return the results, on the manager of {@code ids}
     */
    public final DecoderOutput decode(
            ParameterStore parameters,
            NDArray ids,
            DecoderMemory memory,
            DecoderState state,
            AttentionObserver observer,
            boolean training) {
        return decode(parameters, DecoderTarget.of(ids), memory, state, observer, training);
    }

    /**
     * Decodes T steps.
     *
     * @param parameters where the parameters are found
     * @param target the token that each step reads
     * @param memory what is attended to
     * @param state what {@link #start} returned, or the last state of the call before
     * @param observer receives the weights (B, N, T, S), or null
     * @param training whether dropout applies
     * @return the results, on the manager of the target
     */
    public abstract DecoderOutput decode(
            ParameterStore parameters,
            DecoderTarget target,
            DecoderMemory memory,
            DecoderState state,
            AttentionObserver observer,
            boolean training);

    /** The vectors of tokens (…), (…, E). */
    final NDArray embed(ParameterStore parameters, NDArray ids, boolean training) {
        return Layers.dropout(
                Layers.apply(embedding, parameters, ids, training), dropout, training);
    }

    /** Logits (B, T, V) of what predictions are read from. */
    final NDArray project(
            OutputProjection projection, ParameterStore parameters, NDArray x, boolean training) {
        NDArray read = Layers.dropout(x, dropout, training);
        return Layers.apply(projection, parameters, read, training);
    }

    /** dc, the features of the context that attention gives. */
    final int contextSize(Attention attention) {
        Shape[] inputs = {sizes.query(), sizes.memory(), sizes.memory()};
        return Math.toIntExact(attention.getOutputShapes(inputs)[0].get(2));
    }

    /**
     * {@inheritDoc}
     *
     * <p>A decoder needs a memory and a state: call {@link #decode}.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        throw new UnsupportedOperationException("a decoder is called through decode");
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        embedding.initialize(manager, dataType, new Shape(1, 1));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(sizes.vocabularySize())};
    }
}
