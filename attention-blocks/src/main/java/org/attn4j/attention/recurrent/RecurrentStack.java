package org.attn4j.attention.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * Layers of LSTM or GRU, in one direction or both, over sequences of different lengths.
 *
 * <p>It computes what {@code torch.nn.LSTM} and {@code torch.nn.GRU} do with a packed batch, and
 * its parameters have their names and layout: {@code weight_ih_l0}, {@code weight_hh_l0}, {@code
 * bias_ih_l0}, {@code bias_hh_l0}, the same with {@code _reverse} for the backward direction, and
 * with {@code l1}, {@code l2} … for further layers, each of which reads {@code [forward; backward]}
 * of the one below. See {@link CellKind} for the equations.
 *
 * <p>Packed means that a position that is hidden does not exist: the state passes over it
 * unchanged, so the backward direction starts at a row's last real position and the last state of
 * the forward direction is the one after it. The output is zero there, and no gradient comes from
 * there.
 *
 * <p>Time S·(in + h)·h·gates for each layer and direction, one step after the other; the input's
 * products of all steps are one matrix product before the loop. Memory grows with S·h.
 */
public final class RecurrentStack extends AbstractBlock {

    private static final byte VERSION = 1;

    private final CellKind kind;
    private final int hiddenSize;
    private final int layers;
    private final int directions;
    private final float dropout;
    private final List<CellWeights> cells; // layer 0 forward, layer 0 backward, layer 1 forward …

    private RecurrentStack(Builder builder) {
        super(VERSION);
        kind = builder.kind;
        hiddenSize = builder.hiddenSize;
        layers = builder.layers;
        directions = builder.bidirectional ? 2 : 1;
        dropout = builder.dropout;
        cells = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            long input = layer == 0 ? builder.inputSize : (long) directions * hiddenSize;
            for (int direction = 0; direction < directions; direction++) {
                String suffix = "_" + name(layer, direction);
                cells.add(
                        CellWeights.create(
                                kind, input, hiddenSize, builder.bias, suffix, this::addParameter));
            }
        }
    }

    /** As torch names a layer and direction. */
    private static String name(int layer, int direction) {
        return "l" + layer + (direction == 1 ? "_reverse" : "");
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
     * Returns the kind of cells.
     *
     * @return the kind
     */
    public CellKind kind() {
        return kind;
    }

    /**
     * Returns the number of layers.
     *
     * @return at least 1
     */
    public int layers() {
        return layers;
    }

    /**
     * Returns the features of the output.
     *
     * @return h, or 2·h with both directions
     */
    public int outputSize() {
        return directions * hiddenSize;
    }

    /**
     * Runs over sequences.
     *
     * @param parameters where the parameters are found
     * @param x (B, S, in)
     * @param visible which positions are real, (B, S), boolean or of zeros and ones; null for all
     * @param initial the states to start from, (K, B, h) with K layers times directions; null for
     *     zeros
     * @param training whether dropout applies
     * @return the outputs of the top layer and the last states of all
     */
    public RecurrentOutput run(
            ParameterStore parameters,
            NDArray x,
            NDArray visible,
            RecurrentState initial,
            boolean training) {
        return run(parameters, x, visible, initial, null, training);
    }

    /**
     * Runs over sequences, and tells an observer.
     *
     * @param parameters where the parameters are found
     * @param x (B, S, in)
     * @param visible which positions are real, (B, S), boolean or of zeros and ones; null for all
     * @param initial the states to start from, (K, B, h) with K layers times directions; null for
     *     zeros
     * @param observer is told the input, and as {@code l0.i} and {@code l0_reverse.i} the gates and
     *     the next state of position i, layer by layer; null for nobody
     * @param training whether dropout applies
     * @return the outputs of the top layer and the last states of all
     */
    public RecurrentOutput run(
            ParameterStore parameters,
            NDArray x,
            NDArray visible,
            RecurrentState initial,
            AttentionObserver observer,
            boolean training) {
        AttentionObserver.tell(observer, Stages.RECURRENT_INPUT, () -> x);
        Visible positions = visible == null ? null : Visible.of(visible, x);
        List<RecurrentState> starts = starts(x, initial);
        List<RecurrentState> ends = new ArrayList<>();
        NDArray output = x;
        for (int layer = 0; layer < layers; layer++) {
            NDArray input =
                    layer == 0 ? x : Kernels.dropped(output, dropout, training); // (B, S, in)
            List<NDArray> outputs = new ArrayList<>();
            for (int direction = 0; direction < directions; direction++) {
                int k = layer * directions + direction;
                AttentionObserver of =
                        observer == null ? null : observer.at(name(layer, direction));
                Pass pass = new Pass(cells.get(k), positions, direction == 1, of);
                ends.add(pass.run(parameters, input, starts.get(k), outputs, training));
            }
            output =
                    directions == 1
                            ? outputs.get(0)
                            : outputs.get(0).concat(outputs.get(1), 2); // (B, S, 2·h)
        }
        return new RecurrentOutput(output, RecurrentState.stack(ends));
    }

    /**
     * Makes one step of all layers, of a stack in one direction.
     *
     * @param parameters where the parameters are found
     * @param x the input of the lowest layer, (B, in)
     * @param states the state of each layer, (B, h)
     * @param training whether dropout applies
     * @return the next state of each layer; the hidden state of the last is the output
     */
    public List<RecurrentState> step(
            ParameterStore parameters, NDArray x, List<RecurrentState> states, boolean training) {
        return stepProjected(parameters, project(parameters, x, training), states, training);
    }

    /**
     * Computes what inputs contribute to the gates of the lowest layer, for any number of steps at
     * once.
     *
     * @param parameters where the parameters are found
     * @param x (…, in)
     * @param training whether this is a training pass
     * @return (…, gates·h)
     */
    public NDArray project(ParameterStore parameters, NDArray x, boolean training) {
        return cells.get(0).project(parameters, x, training);
    }

    /**
     * Splits the input of the lowest layer into features that are known beforehand and others that
     * are fed at each step, for {@link #stepProjected}.
     *
     * @param parameters where the parameters are found
     * @param manager that of the pass
     * @param known how many features are known, the first ones
     * @param training whether this is a training pass
     * @return the input
     */
    public FedInput fed(
            ParameterStore parameters, NDManager manager, long known, boolean training) {
        return cells.get(0).fed(parameters, manager, known, training);
    }

    /**
     * Makes one step of all layers, of a stack in one direction, whose input is projected.
     *
     * @param parameters where the parameters are found
     * @param projected of {@link #project}, (B, gates·h)
     * @param states the state of each layer, (B, h)
     * @param training whether dropout applies
     * @return the next state of each layer; the hidden state of the last is the output
     */
    public List<RecurrentState> stepProjected(
            ParameterStore parameters,
            NDArray projected,
            List<RecurrentState> states,
            boolean training) {
        if (directions != 1) {
            throw new IllegalStateException("a bidirectional stack cannot be stepped");
        }
        List<RecurrentState> next = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            CellWeights cell = cells.get(layer);
            NDArray gates = projected;
            if (layer > 0) {
                NDArray below = Kernels.dropped(next.get(layer - 1).hidden(), dropout, training);
                gates = cell.project(parameters, below, training);
            }
            next.add(cell.step(parameters, gates, states.get(layer), null, training));
        }
        return next;
    }

    private List<RecurrentState> starts(NDArray x, RecurrentState initial) {
        long batch = x.getShape().get(0);
        if (initial == null) {
            Shape shape = new Shape(batch, hiddenSize);
            RecurrentState zeros =
                    RecurrentState.zeros(kind, x.getManager(), shape, x.getDataType());
            return Collections.nCopies(cells.size(), zeros);
        }
        Shape expected = new Shape(cells.size(), batch, hiddenSize);
        if (!initial.hidden().getShape().equals(expected)
                || kind.hasCell() != (initial.cell() != null)) {
            throw new IllegalArgumentException(
                    "the initial state must be %s%s, got %s"
                            .formatted(
                                    expected,
                                    kind.hasCell()
                                            ? " with a memory cell"
                                            : " without a memory cell",
                                    initial.hidden().getShape()));
        }
        return initial.unstack();
    }

    /** One layer in one direction. */
    private record Pass(
            CellWeights cell, Visible visible, boolean backward, AttentionObserver observer) {

        /** Adds the output (B, S, h) to a list, and returns the last state. */
        RecurrentState run(
                ParameterStore parameters,
                NDArray x,
                RecurrentState start,
                List<NDArray> outputs,
                boolean training) {
            List<NDArray> projected = Steps.of(cell.project(parameters, x, training));
            NDArray[] hidden = new NDArray[projected.size()]; // S of (B, h)
            RecurrentState state = start;
            for (int step = 0; step < hidden.length; step++) {
                int position = backward ? hidden.length - 1 - step : step;
                RecurrentState next =
                        cell.step(
                                parameters,
                                projected.get(position),
                                state,
                                observer == null ? null : observer.at("" + position),
                                training);
                state = visible == null ? next : visible.move(position, state, next);
                hidden[position] = state.hidden();
            }
            NDArray output = Steps.together(List.of(hidden));
            outputs.add(visible == null ? output : output.mul(visible.all()));
            return state;
        }
    }

    /**
     * Which positions are real.
     *
     * @param all ones and zeros, (B, S, 1)
     * @param seen the same by step, (B, 1); null where all rows are real
     * @param unseen zeros and ones, (B, 1)
     */
    private record Visible(NDArray all, List<NDArray> seen, List<NDArray> unseen) {

        static Visible of(NDArray visible, NDArray x) {
            Shape shape = x.getShape();
            if (!visible.getShape().equals(shape.slice(0, 2))) {
                throw new IllegalArgumentException(
                        "a mask of positions must be (B, S) = %s, got %s"
                                .formatted(shape.slice(0, 2), visible.getShape()));
            }
            NDArray all = visible.toType(x.getDataType(), false).expandDims(2); // (B, S, 1)
            List<NDArray> steps = Steps.of(all);
            List<NDArray> others = Steps.of(Scalars.subtract(1, all));
            float[] counts =
                    visible.toType(DataType.FLOAT32, false).sum(new int[] {0}).toFloatArray();
            List<NDArray> seen = new ArrayList<>();
            List<NDArray> unseen = new ArrayList<>();
            for (int position = 0; position < counts.length; position++) {
                boolean everyRow = counts[position] == shape.get(0);
                seen.add(everyRow ? null : steps.get(position));
                unseen.add(everyRow ? null : others.get(position));
            }
            return new Visible(all, seen, unseen);
        }

        RecurrentState move(int position, RecurrentState from, RecurrentState to) {
            NDArray moving = seen.get(position);
            return moving == null ? to : from.moveTo(to, moving, unseen.get(position));
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [x]} or {@code [x, visible]} and gives the output.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        if (inputs.isEmpty() || inputs.size() > 2) {
            throw new IllegalArgumentException(
                    "a recurrent stack takes [x] or [x, visible], got %s arrays"
                            .formatted(inputs.size()));
        }
        NDArray visible = inputs.size() == 2 ? inputs.get(1) : null;
        return new NDList(run(parameters, inputs.get(0), visible, null, training).output());
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].slice(0, 2).add(outputSize())};
    }

    static void requireSizes(int inputSize, int hiddenSize) {
        Require.that(
                inputSize >= 1 && hiddenSize >= 1,
                "inputSize and hiddenSize must be at least 1, got inputSize=%s, hiddenSize=%s",
                inputSize,
                hiddenSize);
    }

    /** Builds a {@link RecurrentStack}. */
    public static final class Builder {

        private CellKind kind = CellKind.LSTM;
        private int inputSize;
        private int hiddenSize;
        private int layers = 1;
        private boolean bidirectional;
        private boolean bias = true;
        private float dropout;

        private Builder() {}

        /**
         * Sets the kind of cells; LSTM unless set.
         *
         * @param kind the kind
         * @return this builder
         */
        public Builder optKind(CellKind kind) {
            this.kind = Objects.requireNonNull(kind, "kind");
            return this;
        }

        /**
         * Sets the features of the input.
         *
         * @param inputSize at least 1
         * @return this builder
         */
        public Builder setInputSize(int inputSize) {
            this.inputSize = inputSize;
            return this;
        }

        /**
         * Sets h, the features of a state in one direction.
         *
         * @param hiddenSize at least 1
         * @return this builder
         */
        public Builder setHiddenSize(int hiddenSize) {
            this.hiddenSize = hiddenSize;
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
         * Sets whether each layer also runs backward; not unless set.
         *
         * @param bidirectional whether it does
         * @return this builder
         */
        public Builder optBidirectional(boolean bidirectional) {
            this.bidirectional = bidirectional;
            return this;
        }

        /**
         * Sets whether there are biases; there are unless set.
         *
         * @param bias whether there are
         * @return this builder
         */
        public Builder optBias(boolean bias) {
            this.bias = bias;
            return this;
        }

        /**
         * Sets the rate at which outputs of a layer are dropped on the way to the next in training;
         * 0 unless set.
         *
         * @param dropout in [0, 1)
         * @return this builder
         */
        public Builder optDropout(float dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         */
        public RecurrentStack build() {
            requireSizes(inputSize, hiddenSize);
            Require.that(layers >= 1, "layers must be at least 1, got layers=%s", layers);
            Require.that(
                    dropout >= 0 && dropout < 1,
                    "dropout must be in [0, 1), got dropout=%s",
                    dropout);
            return new RecurrentStack(this);
        }
    }
}
