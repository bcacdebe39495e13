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
import org.attn4j.attention.recurrent.RecurrentStack;
import org.attn4j.attention.recurrent.RecurrentState;
import org.attn4j.attention.recurrent.Steps;
import org.attn4j.models.layer.OutputProjection;
import org.attn4j.models.layer.TokenEmbedding;

/**
 * A decoder whose new state looks at the source, and predicts from what it saw.
 *
 * <p>Luong, Pham and Manning 2015, sections 3, 3.1 and 3.3. At step t the stack {@code rnn} reads
 * the embedding of the token before, and with input feeding the attentional vector of the step
 * before beside it, and gives the top layer's state h_t. h_t attends to the memory, which gives
 * c_t; {@code h̃_t = tanh(W_c [c_t; h_t])} (equation 5) is the attentional vector, and {@code
 * logits = W_s h̃_t} (equation 6). W_c is the child {@code attentional_proj}, W_s {@code lm_head},
 * neither with a bias; the token vectors are {@code embed_tokens}.
 *
 * <p>The paper's scores (dot, general, concat, location) are those of the child {@code attention},
 * a {@link org.attn4j.attention.mechanism.GlobalAttention} that gives c_t; any other mechanism that
 * stands between a decoder and its source can take its place.
 *
 * <p>Without input feeding the states of all steps are known before any attention, so that all
 * attend at once; with it they go one by one, and what attention makes of the memory is made once
 * all the same.
 */
public final class LuongDecoder extends AbstractBlock implements RecurrentDecoder {

    private static final byte VERSION = 1;

    private final int embeddingSize;
    private final int hiddenSize;
    private final int memorySize;
    private final boolean inputFeeding;
    private final float dropout;
    private final TokenEmbedding embedding;
    private final RecurrentStack rnn;
    private final Attention attention;
    private final LinearBlock attentionalProjection;
    private final OutputProjection projection;

    private LuongDecoder(Builder builder) {
        super(VERSION);
        embeddingSize = builder.embeddingSize;
        hiddenSize = builder.hiddenSize;
        memorySize = builder.memorySize;
        inputFeeding = builder.inputFeeding;
        dropout = builder.dropout;
        embedding =
                addChildBlock(
                        "embed_tokens",
                        new TokenEmbedding(builder.vocabularySize, builder.embeddingSize));
        rnn =
                addChildBlock(
                        "rnn",
                        RecurrentStack.builder()
                                .optKind(builder.cell)
                                .setInputSize(
                                        embeddingSize + (inputFeeding ? builder.hiddenSize : 0))
                                .setHiddenSize(hiddenSize)
                                .optLayers(builder.layers)
                                .optDropout(dropout)
                                .build());
        attention = addChildBlock("attention", builder.attention);
        attentionalProjection =
                addChildBlock("attentional_proj", LinearBlock.of(hiddenSize, false));
        projection =
                addChildBlock(
                        "lm_head", OutputProjection.of(hiddenSize, builder.vocabularySize, false));
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@inheritDoc}
     *
     * <p>With input feeding the first step reads an attentional vector of zeros.
     */
    @Override
    public DecoderState start(List<RecurrentState> layers) {
        NDArray hidden = layers.get(layers.size() - 1).hidden();
        NDArray zeros =
                inputFeeding
                        ? hidden.getManager().zeros(hidden.getShape(), hidden.getDataType())
                        : null;
        return new DecoderState(layers, zeros);
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
        NDArray vectors = apply(embedding, parameters, ids, training); // (B, T, E)
        Pass pass = new Pass(parameters, dropped(vectors, training), memory, observer, training);
        if (inputFeeding) {
            pass.feed(state);
        } else {
            pass.attendAtOnce(state);
        }
        NDArray predicting = dropped(pass.attentional, training);
        pass.attention.tell();
        return new DecoderOutput(
                apply(projection, parameters, predicting, training), // (B, T, V)
                pass.hidden,
                pass.context,
                pass.attentional,
                pass.last);
    }

    /** The steps of one call. */
    private final class Pass {

        final StepAttention attention;
        NDArray hidden; // (B, T, d)
        NDArray context; // (B, T, dc)
        NDArray attentional; // (B, T, d)
        DecoderState last;

        private final ParameterStore parameters;
        private final NDArray vectors; // (B, T, E)
        private final boolean training;

        Pass(
                ParameterStore parameters,
                NDArray vectors,
                DecoderMemory memory,
                AttentionObserver observer,
                boolean training) {
            this.parameters = parameters;
            this.vectors = vectors;
            this.training = training;
            long queries = inputFeeding ? 1 : vectors.getShape().get(1);
            attention =
                    new StepAttention(
                            LuongDecoder.this.attention,
                            parameters,
                            memory,
                            observer,
                            training,
                            vectors.getManager(),
                            queries);
        }

        /** Each step reads the attentional vector of the one before (section 3.3). */
        void feed(DecoderState state) {
            List<NDArray> states = new ArrayList<>();
            List<NDArray> contexts = new ArrayList<>();
            List<NDArray> attentionals = new ArrayList<>();
            DecoderState now = state;
            for (NDArray vector : Steps.of(vectors)) { // (B, E)
                NDArray input = vector.concat(now.attentional(), 1); // (B, E + d)
                List<RecurrentState> layers = rnn.step(parameters, input, now.layers(), training);
                NDArray top = layers.get(layers.size() - 1).hidden(); // (B, d)
                NDArray seen = attention.attendStep(top); // (B, dc)
                now = new DecoderState(layers, attentional(seen.concat(top, 1)));
                states.add(top);
                contexts.add(seen);
                attentionals.add(now.attentional());
            }
            hidden = Steps.together(states);
            context = Steps.together(contexts);
            attentional = Steps.together(attentionals);
            last = now;
        }

        /** The states come first, and then all of them attend. */
        void attendAtOnce(DecoderState state) {
            List<NDArray> states = new ArrayList<>();
            List<RecurrentState> layers = state.layers();
            for (NDArray gates : Steps.of(rnn.project(parameters, vectors, training))) {
                layers = rnn.stepProjected(parameters, gates, layers, training);
                states.add(layers.get(layers.size() - 1).hidden());
            }
            hidden = Steps.together(states);
            context = attention.attend(hidden);
            attentional = attentional(context.concat(hidden, 2));
            last = new DecoderState(layers, null);
        }

        private NDArray attentional(NDArray both) {
            return apply(attentionalProjection, parameters, both, training).tanh();
        }
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
        Shape query = new Shape(1, 1, hiddenSize);
        Shape memory = new Shape(1, 1, memorySize);
        embedding.initialize(manager, dataType, new Shape(1, 1));
        rnn.initialize(manager, dataType, new Shape(1, 1, embeddingSize));
        attention.initialize(manager, dataType, query, memory, memory);
        long contextSize = attention.getOutputShapes(new Shape[] {query, memory, memory})[0].get(2);
        attentionalProjection.initialize(
                manager, dataType, new Shape(1, 1, contextSize + hiddenSize));
        projection.initialize(manager, dataType, query);
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(embedding.vocabularySize())};
    }

    /** Builds a {@link LuongDecoder}. */
    public static final class Builder {

        private int vocabularySize;
        private int embeddingSize;
        private int hiddenSize;
        private int memorySize;
        private int layers = 1;
        private boolean inputFeeding = true;
        private CellKind cell = CellKind.LSTM;
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
         * @param attention takes queries (B, T, d) and keys and values (B, S, dm)
         * @return this builder
         */
        public Builder setAttention(Attention attention) {
            this.attention = attention;
            return this;
        }

        /**
         * Sets the number of layers; 1 unless set.
         *
         * @param layers at least 1
         * @return this builder
         */
        public Builder optLayers(int layers) {
            this.layers = layers;
            return this;
        }

        /**
         * Sets whether a step reads the attentional vector of the one before; it does unless set.
         *
         * @param inputFeeding whether it does
         * @return this builder
         */
        public Builder optInputFeeding(boolean inputFeeding) {
            this.inputFeeding = inputFeeding;
            return this;
        }

        /**
         * Sets the kind of cells; LSTM unless set, as in the paper.
         *
         * @param cell the kind
         * @return this builder
         */
        public Builder optCell(CellKind cell) {
            this.cell = cell;
            return this;
        }

        /**
         * Sets the dropout of token vectors, between layers and of attentional vectors before they
         * predict; 0 unless set.
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
        public LuongDecoder build() {
            Objects.requireNonNull(attention, "attention");
            BahdanauDecoder.requireSizes(vocabularySize, embeddingSize, memorySize);
            return new LuongDecoder(this);
        }
    }
}
