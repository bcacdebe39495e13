package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.attn4j.attention.Attention;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.recurrent.RecurrentCell;
import org.attn4j.attention.recurrent.RecurrentState;
import org.attn4j.attention.recurrent.Steps;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.TokenEmbedding;

/**
 * A decoder whose previous state chooses what of the source goes into its next one.
 *
 * <p>Bahdanau, Cho and Bengio 2015, section 3.1 and appendix A.2.2. At step i the state s_{i−1}
 * attends to the memory, which gives c_i; {@code s_i = cell([embedding(y_{i−1}); c_i], s_{i−1})}.
 * The paper's attention is an {@link org.attn4j.attention.mechanism.AdditiveAttention}, the child
 * {@code attention}; any other mechanism that stands between a decoder and its source can take its
 * place. Its cell is a GRU, the child {@code cell}; see {@link CellKind} for where torch's differs.
 *
 * <p>Predictions are read out in one of two ways. The linear readout, {@code logits = W_o [s_i;
 * c_i; embedding(y_{i−1})]}, uses the new state. The maxout readout is the paper's: {@code t̃ = U_o
 * s_{i−1} + V_o embedding(y_{i−1}) + C_o c_i} of size 2·l, from the previous state as printed, the
 * larger of each pair of neighbours {@code t_k = max(t̃_2k, t̃_2k+1)}, and {@code logits = W_o t}.
 * W_o is the child {@code lm_head}; U_o, V_o and C_o are {@code readout_state}, {@code
 * readout_embedding} and {@code readout_context}. None has a bias.
 *
 * <p>What attention makes of the memory (U_a h_j) is made once for all steps, and the readout is
 * one matrix product after the last.
 */
public final class BahdanauDecoder extends AbstractBlock implements RecurrentDecoder {

    private static final byte VERSION = 1;

    private final int embeddingSize;
    private final int hiddenSize;
    private final int memorySize;
    private final int contextSize;
    private final int maxoutSize;
    private final float dropout;
    private final TokenEmbedding embedding;
    private final Attention attention;
    private final RecurrentCell cell;
    private final LinearBlock readoutState; // these three null without maxout
    private final LinearBlock readoutEmbedding;
    private final LinearBlock readoutContext;
    private final OutputProjection projection;

    private BahdanauDecoder(Builder builder) {
        super(VERSION);
        embeddingSize = builder.embeddingSize;
        hiddenSize = builder.hiddenSize;
        memorySize = builder.memorySize;
        maxoutSize = builder.maxoutSize;
        dropout = builder.dropout;
        embedding =
                addChildBlock(
                        "embed_tokens",
                        new TokenEmbedding(builder.vocabularySize, builder.embeddingSize));
        attention = addChildBlock("attention", builder.attention);
        Shape memory = new Shape(1, 1, memorySize);
        contextSize =
                Math.toIntExact(
                        attention
                                .getOutputShapes(
                                        new Shape[] {new Shape(1, 1, hiddenSize), memory, memory})[
                                0]
                                .get(2));
        cell =
                addChildBlock(
                        "cell",
                        new RecurrentCell(builder.cell, embeddingSize + contextSize, hiddenSize));
        boolean maxout = maxoutSize > 0;
        readoutState = maxout ? addChildBlock("readout_state", readout()) : null;
        readoutEmbedding = maxout ? addChildBlock("readout_embedding", readout()) : null;
        readoutContext = maxout ? addChildBlock("readout_context", readout()) : null;
        projection =
                addChildBlock(
                        "lm_head",
                        OutputProjection.of(readoutSize(), builder.vocabularySize, false));
    }

    private LinearBlock readout() {
        return LinearBlock.of(2L * maxoutSize, false);
    }

    private int readoutSize() {
        return maxoutSize > 0 ? maxoutSize : hiddenSize + contextSize + embeddingSize;
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@inheritDoc} */
    @Override
    public DecoderState start(List<RecurrentState> layers) {
        return new DecoderState(layers, null);
    }

    /** {@inheritDoc} */
    @Override
    public DecoderOutput decode(
            ParameterStore parameters,
            NDArray ids,
            DecoderMemory memory,
            DecoderState state,
            AttentionObserver observer,
            boolean training) {
        NDArray vectors = dropped(apply(embedding, parameters, ids, training), training);
        StepAttention pass =
                new StepAttention(
                        attention, parameters, memory, observer, training, vectors.getManager(), 1);
        List<NDArray> before = new ArrayList<>(); // s_(i-1), (B, d)
        List<NDArray> after = new ArrayList<>(); // s_i, (B, d)
        List<NDArray> contexts = new ArrayList<>(); // (B, dc)
        RecurrentState now = state.layers().get(0);
        for (NDArray vector : Steps.of(vectors)) { // (B, E)
            NDArray context = pass.attendStep(now.hidden());
            before.add(now.hidden());
            contexts.add(context);
            now = cell.step(parameters, vector.concat(context, 1), now, training);
            after.add(now.hidden());
        }
        NDArray states = Steps.together(after); // (B, T, d)
        NDArray context = Steps.together(contexts); // (B, T, dc)
        NDArray read =
                maxoutSize > 0
                        ? maxout(parameters, Steps.together(before), vectors, context, training)
                        : states.concat(context, 2).concat(vectors, 2);
        NDArray logits = apply(projection, parameters, dropped(read, training), training);
        pass.tell();
        return new DecoderOutput(logits, states, context, null, start(List.of(now))); // (B, T, V)
    }

    /** Appendix A.2.2: the larger of each pair of neighbours, (B, T, l). */
    private NDArray maxout(
            ParameterStore parameters,
            NDArray states,
            NDArray vectors,
            NDArray context,
            boolean training) {
        NDArray sum =
                apply(readoutEmbedding, parameters, vectors, training)
                        .add(apply(readoutState, parameters, states, training))
                        .add(apply(readoutContext, parameters, context, training)); // (B, T, 2·l)
        Shape shape = sum.getShape();
        return sum.reshape(shape.get(0), shape.get(1), maxoutSize, 2).max(new int[] {3});
    }

    private NDArray dropped(NDArray x, boolean training) {
        return training && dropout > 0
                ? Kernels.of(x.getManager()).dropout().dropout(x, dropout)
                : x;
    }

    private static NDArray apply(
            AbstractBlock block, ParameterStore parameters, NDArray x, boolean training) {
        return block.forward(parameters, new NDList(x), training).singletonOrThrow();
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

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape state = new Shape(1, 1, hiddenSize);
        Shape memory = new Shape(1, 1, memorySize);
        embedding.initialize(manager, dataType, new Shape(1, 1));
        attention.initialize(manager, dataType, state, memory, memory);
        cell.initialize(manager, dataType, new Shape(1, embeddingSize + contextSize));
        if (maxoutSize > 0) {
            readoutState.initialize(manager, dataType, state);
            readoutEmbedding.initialize(manager, dataType, new Shape(1, 1, embeddingSize));
            readoutContext.initialize(manager, dataType, new Shape(1, 1, contextSize));
        }
        projection.initialize(manager, dataType, new Shape(1, 1, readoutSize()));
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(embedding.vocabularySize())};
    }

    static void requireSizes(int vocabularySize, int embeddingSize, int memorySize) {
        if (vocabularySize < 1 || embeddingSize < 1 || memorySize < 1) {
            throw new IllegalArgumentException(
                    "vocabularySize, embeddingSize and memorySize must be at least 1, got"
                            + " vocabularySize="
                            + vocabularySize
                            + ", embeddingSize="
                            + embeddingSize
                            + ", memorySize="
                            + memorySize);
        }
    }

    /** Builds a {@link BahdanauDecoder}. */
    public static final class Builder {

        private int vocabularySize;
        private int embeddingSize;
        private int hiddenSize;
        private int memorySize;
        private int maxoutSize;
        private CellKind cell = CellKind.GRU;
        private float dropout;
        private Attention attention;

        private Builder() {}

        /**
         * Sets V, the target tokens.
         *
         * @param vocabularySize at least 1
         * @return this builder
         */
        public Builder setVocabularySize(int vocabularySize) {
            this.vocabularySize = vocabularySize;
            return this;
        }

        /**
         * Sets E, the features of a token's vector.
         *
         * @param embeddingSize at least 1
         * @return this builder
         */
        public Builder setEmbeddingSize(int embeddingSize) {
            this.embeddingSize = embeddingSize;
            return this;
        }

        /**
         * Sets d, the features of a state.
         *
         * @param hiddenSize at least 1
         * @return this builder
         */
        public Builder setHiddenSize(int hiddenSize) {
            this.hiddenSize = hiddenSize;
            return this;
        }

        /**
         * Sets dm, the features of the memory.
         *
         * @param memorySize at least 1
         * @return this builder
         */
        public Builder setMemorySize(int memorySize) {
            this.memorySize = memorySize;
            return this;
        }

        /**
         * Sets how states attend to the memory.
         *
         * @param attention takes queries (B, 1, d) and keys and values (B, S, dm)
         * @return this builder
         */
        public Builder setAttention(Attention attention) {
            this.attention = attention;
            return this;
        }

        /**
         * Sets l, the units of the maxout readout; 0, as unless set, for the linear readout.
         *
         * @param maxoutSize at least 0
         * @return this builder
         */
        public Builder optMaxoutSize(int maxoutSize) {
            this.maxoutSize = maxoutSize;
            return this;
        }

        /**
         * Sets the kind of cell; GRU unless set, as in the paper.
         *
         * @param cell the kind
         * @return this builder
         */
        public Builder optCell(CellKind cell) {
            this.cell = cell;
            return this;
        }

        /**
         * Sets the dropout of token vectors and of what predictions are read from; 0 unless set.
         *
         * @param dropout in [0, 1)
         * @return this builder
         */
        public Builder optDropout(float dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Builds the decoder.
         *
         * @return the decoder
         * @throws IllegalArgumentException if a size is out of range
         */
        public BahdanauDecoder build() {
            Objects.requireNonNull(attention, "attention");
            requireSizes(vocabularySize, embeddingSize, memorySize);
            if (maxoutSize < 0) {
                throw new IllegalArgumentException(
                        "maxoutSize must be at least 0, got maxoutSize=" + maxoutSize);
            }
            return new BahdanauDecoder(this);
        }
    }
}
