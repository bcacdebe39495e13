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
import org.attn4j.attention.recurrent.FedInput;
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
            DecoderTarget target,
            DecoderMemory memory,
            DecoderState state,
            AttentionObserver observer,
            boolean training) {
        Pass pass = new Pass(parameters, target, memory, observer, training);
        if (pass.atOnce) {
            pass.attendAtOnce(state);
        } else {
            pass.attendByStep(state);
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

        private final boolean atOnce; // nothing that a step reads comes from the one before
        private final ParameterStore parameters;
        private final long steps; // T
        private final FedInput fed; // null without input feeding
        private final StepInputs inputs;
        private final boolean training;

        Pass(
                ParameterStore parameters,
                DecoderTarget target,
                DecoderMemory memory,
                AttentionObserver observer,
                boolean training) {
            this.parameters = parameters;
            this.training = training;
            NDManager manager = target.ids().getManager();
            steps = target.ids().getShape().get(1);
            atOnce = !inputFeeding && target.drawn() == null;
            fed =
                    inputFeeding
                            ? rnn.fed(parameters, manager, sizes.embeddingSize(), training)
                            : null;
            inputs =
                    new StepInputs(
                            target,
                            ids -> embed(parameters, ids, training),
                            vectors ->
                                    inputFeeding
                                            ? fed.known(vectors)
                                            : rnn.project(parameters, vectors, training));
            attention =
                    new StepAttention(
                            LuongDecoder.this.attention,
                            parameters,
                            memory,
                            observer,
                            training,
                            manager,
                            atOnce ? steps : 1);
        }

        /** With input feeding each step reads the attentional vector of the one before (3.3). */
        void attendByStep(DecoderState state) {
            List<NDArray> states = new ArrayList<>();
            List<NDArray> contexts = new ArrayList<>();
            List<NDArray> attentionals = new ArrayList<>();
            DecoderState now = state;
            for (int step = 0; step < steps; step++) {
                NDArray gates = inputs.gates(step, () -> last(attentionals)); // (B, gates·d)
                if (inputFeeding) {
                    gates = fed.plus(gates, now.attentional());
                }
                List<RecurrentState> layers =
                        rnn.stepProjected(parameters, gates, now.layers(), training);
                NDArray top = layers.get(layers.size() - 1).hidden(); // (B, d)
                NDArray seen = attention.attendStep(top); // (B, dc)
                NDArray vector = attentional(seen.concat(top, 1)); // (B, A)
                now = new DecoderState(layers, inputFeeding ? vector : null);
                states.add(top);
                contexts.add(seen);
                attentionals.add(vector);
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
            for (int step = 0; step < steps; step++) {
                NDArray gates = inputs.gates(step, null);
                layers = rnn.stepProjected(parameters, gates, layers, training);
                states.add(layers.get(layers.size() - 1).hidden());
            }
            hidden = Steps.together(states);
            context = attention.attend(hidden);
            attentional = attentional(context.concat(hidden, 2));
            last = new DecoderState(layers, null);
        }

        /** What the last step predicted, (B, V). */
        private NDArray last(List<NDArray> attentionals) {
            NDArray vector = attentionals.get(attentionals.size() - 1);
            return project(projection, parameters, vector, false);
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
