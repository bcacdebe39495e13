package org.attn4j.attention.mechanism;

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
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.recurrent.RecurrentCell;
import org.attn4j.attention.recurrent.RecurrentState;
import org.attn4j.attention.recurrent.Steps;
import org.attn4j.attention.score.AdditiveScore;
import org.attn4j.common.Require;

/**
 * Attention over the series that drive a forecast, and over the time at which they do: the
 * dual-stage attention-based recurrent network (DA-RNN).
 *
 * <p>Qin et al. 2017, equations 8 to 16 and 22. n series of T values, x (B, T, n), and the T − 1
 * values of a target that are known, y (B, T − 1), predict the target's last value:
 *
 * <ol>
 *   <li>Input attention. At each step t the encoder's state asks which series matters: {@code e_t^k
 *       = v_e · tanh(W_e [h_{t−1}; s_{t−1}] + U_e x^k)}, x^k the whole series k, {@code α_t =
 *       softmax_k(e_t)}, and reads {@code α_t · x_t} element by element, {@code (h_t, s_t) =
 *       LSTM(α_t x_t)}.
 *   <li>Temporal attention. The decoder's state (d, s') asks which time matters: {@code l_i = v_d ·
 *       tanh(W_d [d; s'] + U_d h_i)}, {@code β = softmax_i(l)}, {@code c = Σ_i β_i h_i}; the
 *       decoder reads {@code ỹ = w̃ · [y; c] + b̃}, a single number.
 *   <li>{@code ŷ = v_y · (W_y [d_T; c_T] + b_w) + b_v}.
 * </ol>
 *
 * <p>The paper's indices and the programs that reproduce it differ in which context meets which
 * state, see {@link Order}; both are here, and give different numbers. The two scores are {@link
 * AdditiveScore}s, {@code input_score} (whose hidden layer has T units, as the paper has it) and
 * {@code temporal_score}; what they make of the series and of the h_i is computed once. The other
 * children are {@code encoder} and {@code decoder}, {@code decoder_input} (w̃, b̃), {@code
 * output_proj} (W_y, b_w) and {@code prediction} (v_y, b_v).
 *
 * <p>Choose it to forecast a series that some of many others drive, and to see which and when. T is
 * fixed when the block is built, since whole series are projected. Time B·T·(n·T + T·m) beside the
 * two recurrences; memory B·T·(n + T)·T with gradients. It is not an {@link
 * org.attn4j.attention.Attention}: it asks the questions itself.
 */
public final class TemporalAttention extends AbstractBlock {

    private static final byte VERSION = 1;

    /** Which context meets which state in the decoder. */
    public enum Order {
        /**
         * The indices as printed: c_t comes from d_{t−1}, for t = 1 … T, and d_t from y_{t−1} and
         * c_{t−1}; d_0 = d_1 = 0. The last context is one step older than the last state.
         */
        PRINTED,
        /**
         * The order that most programs use: in round t = 1 … T − 1, c_t comes from d_t and d_{t+1}
         * from y_t and this c_t.
         */
        COMMON
    }

    private final int steps;
    private final int series;
    private final Order order;
    private final RecurrentCell encoder;
    private final RecurrentCell decoder;
    private final AdditiveScore inputScore;
    private final AdditiveScore temporalScore;
    private final LinearBlock decoderInput;
    private final LinearBlock outputProjection;
    private final LinearBlock prediction;
    private final int encoderSize;
    private final int decoderSize;

    /**
     * Creates a block.
     *
     * @param steps T, the steps of a window, at least 2
     * @param series n, the driving series, at least 1
     * @param encoderSize m, the size of the encoder's state, at least 1
     * @param decoderSize p, the size of the decoder's state, at least 1
     * @param order the order of the decoder
     */
    public TemporalAttention(int steps, int series, int encoderSize, int decoderSize, Order order) {
        super(VERSION);
        Require.that(
                steps >= 2 && series >= 1,
                "steps must be at least 2 and series at least 1, got steps=%s, series=%s",
                steps,
                series);
        this.steps = steps;
        this.series = series;
        this.order = Objects.requireNonNull(order, "order");
        this.encoderSize = encoderSize;
        this.decoderSize = decoderSize;
        encoder = addChildBlock("encoder", new RecurrentCell(CellKind.LSTM, series, encoderSize));
        decoder = addChildBlock("decoder", new RecurrentCell(CellKind.LSTM, 1, decoderSize));
        inputScore = addChildBlock("input_score", new AdditiveScore(steps));
        temporalScore = addChildBlock("temporal_score", new AdditiveScore(encoderSize));
        decoderInput = addChildBlock("decoder_input", LinearBlock.of(1, true));
        outputProjection = addChildBlock("output_proj", LinearBlock.of(decoderSize, true));
        prediction = addChildBlock("prediction", LinearBlock.of(1, true));
    }

    /**
     * A batch of windows.
     *
     * @param series x, the values of the driving series, (B, T, n)
     * @param target y, the values of the target before the one to predict, (B, T − 1)
     * @param observer is told as {@code input} α, which series mattered at each step, (B, 1, T, n),
     *     and as {@code temporal} β, which steps mattered, a row for each context: (B, 1, T, T) in
     *     the printed order, (B, 1, T − 1, T) in the common one; null for nobody
     */
    public record Inputs(NDArray series, NDArray target, AttentionObserver observer) {

        public Inputs {
            Objects.requireNonNull(series, "series");
            Objects.requireNonNull(target, "target");
        }

        /**
         * Returns inputs without an observer.
         *
         * @param series (B, T, n)
         * @param target (B, T − 1)
         * @return the inputs
         */
        public static Inputs of(NDArray series, NDArray target) {
            return new Inputs(series, target, null);
        }
    }

    /**
     * What becomes of a batch of windows.
     *
     * @param encoderStates h, (B, T, m)
     * @param decoderStates d_2 … d_T, (B, T − 1, p)
     * @param context the context that the prediction uses, (B, m)
     * @param prediction ŷ, (B)
     */
    public record Output(
            NDArray encoderStates, NDArray decoderStates, NDArray context, NDArray prediction) {}

    /**
     * Predicts the next value of targets.
     *
     * @param parameters where the block's parameters are found
     * @param in the windows
     * @param training whether this is a training pass
     * @return the predictions, and all on the way to them
     */
    public Output predict(ParameterStore parameters, Inputs in, boolean training) {
        check(in);
        List<NDArray> inputWeights = new ArrayList<>();
        NDArray states = encode(parameters, in, inputWeights, training); // (B, T, m)
        Decoding decoding = new Decoding(parameters, states, in.observer(), training);
        decoding.run(Steps.of(in.target().expandDims(2)));

        NDArray last = decoding.state.hidden().concat(decoding.context, 1); // (B, p + m)
        NDArray hidden = outputProjection.apply(parameters, last, training); // (B, p)
        NDArray predicted = prediction.apply(parameters, hidden, training).squeeze(1); // (B)
        if (in.observer() != null) {
            in.observer().observe("input", Steps.together(inputWeights).expandDims(1));
            in.observer().observe("temporal", Steps.together(decoding.weights).expandDims(1));
            AttentionObserver.tell(
                    in.observer(), Stages.OUTPUT, () -> predicted.expandDims(1)); // (B, 1)
        }
        return new Output(states, Steps.together(decoding.states), decoding.context, predicted);
    }

    /** Equations 8 to 11: the states h_1 … h_T. */
    private NDArray encode(
            ParameterStore parameters, Inputs in, List<NDArray> weights, boolean training) {
        NDArray x = in.series();
        NDArray keys = inputScore.keys(parameters, x.swapAxes(1, 2), training); // (B, n, T)
        List<NDArray> states = new ArrayList<>();
        RecurrentState state = encoder.zeros(x);
        for (NDArray values : Steps.of(x)) { // (B, n)
            AttentionObserver step = step(in.observer(), "input", weights.size());
            NDArray scores = scored(inputScore, parameters, query(state), keys, step, training);
            NDArray alpha = scores.squeeze(1).softmax(-1); // (B, n)
            NDArray weighed = alpha.mul(values);
            AttentionObserver.tell(step, Stages.PLAIN_WEIGHTS, () -> alpha.expandDims(1));
            AttentionObserver.tell(step, Stages.VALUE, () -> values.expandDims(1));
            AttentionObserver.tell(step, Stages.CONTEXT, () -> weighed.expandDims(1));
            state = encoder.step(parameters, weighed, state, step, training);
            weights.add(alpha);
            states.add(state.hidden());
        }
        return Steps.together(states);
    }

    /** The scores (B, 1, S) of one step, whose terms are told. */
    private static NDArray scored(
            AdditiveScore score,
            ParameterStore parameters,
            NDArray query,
            NDArray keys,
            AttentionObserver step, // or null
            boolean training) {
        AttentionObserver.tell(step, Stages.QUERY, () -> query);
        NDArray scores = score.scores(parameters, query, keys, step, training);
        AttentionObserver.tell(step, Stages.SCORES, () -> scores);
        return scores;
    }

    private static AttentionObserver step(AttentionObserver observer, String part, int step) {
        return observer == null ? null : observer.at(part + "." + step);
    }

    /** [h; s] as one query, (B, 1, 2·m). */
    private static NDArray query(RecurrentState state) {
        return state.hidden().concat(state.cell(), 1).expandDims(1);
    }

    /** Equations 12 to 16. */
    private final class Decoding {

        final List<NDArray> weights = new ArrayList<>(); // of (B, T)
        final List<NDArray> states = new ArrayList<>(); // of (B, p)
        NDArray context; // (B, m)
        RecurrentState state;

        private final ParameterStore parameters;
        private final NDArray encoded; // (B, T, m)
        private final NDArray keys;
        private final AttentionObserver observer; // null for nobody
        private final boolean training;

        Decoding(
                ParameterStore parameters,
                NDArray encoded,
                AttentionObserver observer,
                boolean training) {
            this.observer = observer;
            this.parameters = parameters;
            this.encoded = encoded;
            this.training = training;
            keys = temporalScore.keys(parameters, encoded, training);
            state = decoder.zeros(encoded);
        }

        private AttentionObserver step() {
            return TemporalAttention.step(observer, "temporal", weights.size());
        }

        void run(List<NDArray> targets) { // T - 1 of (B, 1)
            if (order == Order.PRINTED) {
                context = attend(step()); // c_1, of d_0
            }
            for (NDArray target : targets) {
                AttentionObserver step = step();
                NDArray fresh = attend(step);
                NDArray meets = order == Order.PRINTED ? context : fresh;
                NDArray number =
                        decoderInput.apply(parameters, target.concat(meets, 1), training); // (B, 1)
                AttentionObserver.tell(step, Stages.RECURRENT_INPUT, () -> number.expandDims(1));
                state = decoder.step(parameters, number, state, step, training);
                states.add(state.hidden());
                context = fresh;
            }
        }

        private NDArray attend(AttentionObserver step) {
            AttentionObserver.tell(step, Stages.VALUE, () -> encoded);
            NDArray scores = scored(temporalScore, parameters, query(state), keys, step, training);
            NDArray beta = scores.softmax(-1); // (B, 1, T)
            weights.add(beta.squeeze(1));
            NDArray read = beta.matMul(encoded); // (B, 1, m)
            AttentionObserver.tell(step, Stages.PLAIN_WEIGHTS, () -> beta);
            AttentionObserver.tell(step, Stages.CONTEXT, () -> read);
            return read.squeeze(1); // (B, m)
        }
    }

    private void check(Inputs in) {
        Shape x = in.series().getShape();
        Shape y = in.target().getShape();
        boolean fits =
                x.dimension() == 3
                        && x.get(1) == steps
                        && x.get(2) == series
                        && y.equals(new Shape(x.get(0), steps - 1));
        Require.that(
                fits,
                "windows must be series (B, T, n) and target (B, T - 1) with T=%s, n=%s,"
                        + " got series=%s, target=%s",
                steps,
                series,
                x,
                y);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [series, target]} and gives the predictions.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        Require.that(
                inputs.size() == 2,
                "temporal attention takes [series, target], got %s arrays",
                inputs.size());
        Inputs in = Inputs.of(inputs.get(0), inputs.get(1));
        return new NDList(predict(parameters, in, training).prediction());
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape encoded = new Shape(1, steps, encoderSize);
        encoder.initialize(manager, dataType, new Shape(1, series));
        decoder.initialize(manager, dataType, new Shape(1, 1));
        inputScore.initialize(
                manager, dataType, new Shape(1, 1, 2L * encoderSize), new Shape(1, series, steps));
        temporalScore.initialize(manager, dataType, new Shape(1, 1, 2L * decoderSize), encoded);
        decoderInput.initialize(manager, dataType, new Shape(1, encoderSize + 1L));
        outputProjection.initialize(
                manager, dataType, new Shape(1, (long) decoderSize + encoderSize));
        prediction.initialize(manager, dataType, new Shape(1, decoderSize));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0))};
    }
}
