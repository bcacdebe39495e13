package org.attn4j.attention.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.capture.AttentionObserver;

/**
 * One layer of an LSTM or GRU, stepped by whoever owns the loop: for decoders whose next input
 * depends on what attention gave at this step.
 *
 * <p>Parameters are named as those of torch's {@code LSTMCell} and {@code GRUCell}: {@code
 * weight_ih} (gates·h, in), {@code weight_hh} (gates·h, h), {@code bias_ih} and {@code bias_hh}
 * (gates·h), with torch's order of gates; see {@link CellKind}. Where the inputs of many steps are
 * known beforehand, {@link #project} takes them all in one matrix product, and each {@link #step}
 * then costs that of the state alone.
 *
 * <p>As a plain block it takes {@code [x, h]} (and {@code c} for an LSTM) and gives {@code [h']}
 * (and {@code c'}).
 */
public final class RecurrentCell extends AbstractBlock {

    private static final byte VERSION = 1;

    private final CellKind kind;
    private final int hiddenSize;
    private final CellWeights weights;

    /**
     * Creates a cell with biases.
     *
     * @param kind its equations
     * @param inputSize features of the input
     * @param hiddenSize features of the state, h
     */
    public RecurrentCell(CellKind kind, int inputSize, int hiddenSize) {
        this(kind, inputSize, hiddenSize, true);
    }

    /**
     * Creates a cell.
     *
     * @param kind its equations
     * @param inputSize features of the input
     * @param hiddenSize features of the state, h
     * @param bias whether it has the two biases
     */
    public RecurrentCell(CellKind kind, int inputSize, int hiddenSize, boolean bias) {
        super(VERSION);
        RecurrentStack.requireSizes(inputSize, hiddenSize);
        this.kind = kind;
        this.hiddenSize = hiddenSize;
        weights = CellWeights.create(kind, inputSize, hiddenSize, bias, "", this::addParameter);
    }

    /**
     * Returns the kind of cell.
     *
     * @return the kind
     */
    public CellKind kind() {
        return kind;
    }

    /**
     * Returns the state of zeros for a batch.
     *
     * @param like an array whose manager, type and first dimension B are taken
     * @return the state, (B, h)
     */
    public RecurrentState zeros(NDArray like) {
        Shape shape = new Shape(like.getShape().get(0), hiddenSize);
        return RecurrentState.zeros(kind, like.getManager(), shape, like.getDataType());
    }

    /**
     * Computes what inputs contribute to the gates, for any number of steps at once.
     *
     * @param parameters where the parameters are found
     * @param x (…, in)
     * @param training whether this is a training pass
     * @return (…, gates·h)
     */
    public NDArray project(ParameterStore parameters, NDArray x, boolean training) {
        return weights.project(parameters, x, training);
    }

    /**
     * Splits the input into features that are known beforehand and others that are fed at each
     * step, for {@link #stepProjected}.
     *
     * @param parameters where the parameters are found
     * @param manager that of the pass
     * @param known how many features are known, the first ones
     * @param training whether this is a training pass
     * @return the input
     */
    public FedInput fed(
            ParameterStore parameters, NDManager manager, long known, boolean training) {
        return weights.fed(parameters, manager, known, training);
    }

    /**
     * Makes a step whose input is projected.
     *
     * @param parameters where the parameters are found
     * @param projected of {@link #project}, (B, gates·h)
     * @param state (B, h)
     * @param training whether this is a training pass
     * @return the next state, (B, h)
     */
    public RecurrentState stepProjected(
            ParameterStore parameters, NDArray projected, RecurrentState state, boolean training) {
        return weights.step(parameters, projected, state, null, training);
    }

    /**
     * Makes a step.
     *
     * @param parameters where the parameters are found
     * @param x the input, (B, in)
     * @param state (B, h)
     * @param training whether this is a training pass
     * @return the next state, (B, h)
     */
    public RecurrentState step(
            ParameterStore parameters, NDArray x, RecurrentState state, boolean training) {
        return step(parameters, x, state, null, training);
    }

    /**
     * Makes a step of which an observer is told.
     *
     * @param parameters where the parameters are found
     * @param x the input, (B, in)
     * @param state (B, h)
     * @param observer is told the gates and the next state; null for nobody
     * @param training whether this is a training pass
     * @return the next state, (B, h)
     */
    public RecurrentState step(
            ParameterStore parameters,
            NDArray x,
            RecurrentState state,
            AttentionObserver observer,
            boolean training) {
        NDArray projected = project(parameters, x, training);
        return weights.step(parameters, projected, state, observer, training);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        int expected = kind.hasCell() ? 3 : 2;
        if (inputs.size() != expected) {
            throw new IllegalArgumentException(
                    "a cell of kind %s takes %s, got %s arrays"
                            .formatted(
                                    kind, kind.hasCell() ? "[x, h, c]" : "[x, h]", inputs.size()));
        }
        RecurrentState state =
                new RecurrentState(inputs.get(1), kind.hasCell() ? inputs.get(2) : null);
        RecurrentState next = step(parameters, inputs.get(0), state, training);
        return kind.hasCell() ? new NDList(next.hidden(), next.cell()) : new NDList(next.hidden());
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape state = new Shape(inputShapes[0].get(0), hiddenSize);
        return kind.hasCell() ? new Shape[] {state, state} : new Shape[] {state};
    }
}
