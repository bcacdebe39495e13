package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.Attention;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.recurrent.RecurrentStack;
import org.attn4j.attention.recurrent.RecurrentState;
import org.attn4j.attention.recurrent.Steps;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.OutputProjection;

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
public final class LuongDecoder extends RecurrentDecoder {

    private final int attentionalSize;
    private final boolean inputFeeding;
    private final RecurrentStack rnn;
    private final Attention attention;
    private final LinearBlock attentionalProjection;
    private final OutputProjection projection;

    /**
     * Creates a decoder whose attentional vector is of the size of a state.
     *
     * @param sizes its sizes
     * @param attention takes queries (B, T, d) and keys and values (B, S, dm)
     * @param cell the kind of cells; LSTM in the paper
     * @param layers how many layers the stack has
     * @param inputFeeding whether a step reads the attentional vector of the step before
     * @param dropout dropout of token vectors, between layers and of attentional vectors, in [0, 1)
     */
    public LuongDecoder(
            Sizes sizes,
            Attention attention,
            CellKind cell,
            int layers,
            boolean inputFeeding,
            float dropout) {
        this(
                sizes,
                Words.own(sizes),
                attention,
                cell,
                layers,
                sizes.hiddenSize(),
                inputFeeding,
                dropout);
    }

    /**
     * Creates a decoder.
     *
     * @param sizes its sizes
     * @param words where the vectors of tokens are
     * @param attention takes queries (B, T, d) and keys and values (B, S, dm)
     * @param cell the kind of cells; LSTM in the paper
     * @param layers how many layers the stack has
     * @param attentionalSize A, the features of the attentional vector; d in the paper
     * @param inputFeeding whether a step reads the attentional vector of the step before
     * @param dropout dropout of token vectors, between layers and of attentional vectors, in [0, 1)
     */
    public LuongDecoder(
            Sizes sizes,
            Words words,
            Attention attention,
            CellKind cell,
            int layers,
            int attentionalSize,
            boolean inputFeeding,
            float dropout) {
        super(sizes, words, dropout);
        this.attentionalSize = attentionalSize;
        this.inputFeeding = inputFeeding;
        int fed = inputFeeding ? attentionalSize : 0;
        rnn =
                addChildBlock(
                        "rnn",
                        RecurrentStack.builder()
                                .optKind(cell)
                                .setInputSize(sizes.embeddingSize() + fed)
                                .setHiddenSize(sizes.hiddenSize())
                                .optLayers(layers)
                                .optDropout(dropout)
                                .build());
        this.attention = addChildBlock("attention", attention);
        attentionalProjection =
                addChildBlock("attentional_proj", LinearBlock.of(attentionalSize, false));
        projection = projection(attentionalSize);
    }

    /**
     * {@inheritDoc}
     *
     * <p>With input feeding the first step reads an attentional vector of zeros.
     */
    @Override
    public DecoderState start(List<RecurrentState> layers) {
        NDArray hidden = layers.get(layers.size() - 1).hidden();
        Shape fed = new Shape(hidden.getShape().get(0), attentionalSize);
        NDArray zeros = inputFeeding ? hidden.getManager().zeros(fed, hidden.getDataType()) : null;
        return new DecoderState(layers, zeros);
    }

    @Override
    public DecoderOutput decode(
            ParameterStore parameters,
            NDArray ids,
            DecoderMemory memory,
            DecoderState state,
            AttentionObserver observer,
            boolean training) {
        NDArray vectors = embed(parameters, ids, training); // (B, T, E)
        Pass pass = new Pass(parameters, vectors, memory, observer, training);
        if (inputFeeding) {
            pass.feed(state);
        } else {
            pass.attendAtOnce(state);
        }
        pass.attention.tell();
        return new DecoderOutput(
                project(projection, parameters, pass.attentional, training), // (B, T, V)
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
        NDArray attentional; // (B, T, A)
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
                NDArray input = vector.concat(now.attentional(), 1); // (B, E + A)
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
            return Layers.apply(attentionalProjection, parameters, both, training).tanh();
        }
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        super.initializeChildBlocks(manager, dataType, inputShapes);
        Shape query = sizes.query();
        rnn.initialize(manager, dataType, new Shape(1, 1, sizes.embeddingSize()));
        attention.initialize(manager, dataType, query, sizes.memory(), sizes.memory());
        Shape both = new Shape(1, 1, (long) contextSize(attention) + sizes.hiddenSize());
        attentionalProjection.initialize(manager, dataType, both);
        projection.initialize(manager, dataType, new Shape(1, 1, attentionalSize));
    }
}
