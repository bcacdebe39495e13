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
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.recurrent.CellKind;
import org.attn4j.attention.recurrent.RecurrentState;

/**
 * Where a decoder starts, given where the encoder ended.
 *
 * <p>For {@link DecoderKind#BAHDANAU} it is the paper's {@code s_0 = tanh(W_s h)}, h the top
 * layer's backward state at the first place (its last one without a backward direction), without a
 * bias. For {@link DecoderKind#LUONG}, whose paper copies the states of an encoder of the same
 * shape, h is that of both directions, and every layer has rows of its own. W_s is the child {@code
 * hidden}; an LSTM has another map, {@code cell}, from the encoder's memory cells, without the
 * tanh.
 */
public final class RecurrentBridge extends AbstractBlock {

    private static final byte VERSION = 1;

    private final CellKind kind;
    private final int sources;
    private final int encoderSize;
    private final int layers;
    private final int decoderSize;
    private final LinearBlock hidden;
    private final LinearBlock cell; // null for a GRU

    /**
     * Creates a bridge.
     *
     * @param kind the cells on both sides
     * @param sources how many of the encoder's last states are read, from the end: 1 for the top
     *     layer's backward direction, 2 for both
     * @param encoderSize h, the size of one of them
     * @param layers the decoder's layers
     * @param decoderSize d, the size of their states
     */
    public RecurrentBridge(
            CellKind kind, int sources, int encoderSize, int layers, int decoderSize) {
        super(VERSION);
        this.kind = kind;
        this.sources = sources;
        this.encoderSize = encoderSize;
        this.layers = layers;
        this.decoderSize = decoderSize;
        hidden = addChildBlock("hidden", linear());
        cell = kind.hasCell() ? addChildBlock("cell", linear()) : null;
    }

    private LinearBlock linear() {
        return LinearBlock.of((long) layers * decoderSize, false);
    }

    /**
     * Computes the decoder's first states.
     *
     * @param parameters where the parameters are found
     * @param last the encoder's last states, (K, B, h)
     * @param training whether this is a training pass
     * @return the state of each layer, (B, d)
     */
    public List<RecurrentState> start(
            ParameterStore parameters, RecurrentState last, boolean training) {
        List<RecurrentState> ends = last.unstack();
        List<RecurrentState> read = ends.subList(ends.size() - sources, ends.size());
        NDList hiddens =
                map(
                        hidden,
                        parameters,
                        read.stream().map(RecurrentState::hidden).toList(),
                        training);
        NDList cells =
                cell == null
                        ? null
                        : map(
                                cell,
                                parameters,
                                read.stream().map(RecurrentState::cell).toList(),
                                training);
        List<RecurrentState> states = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            states.add(
                    new RecurrentState(
                            hiddens.get(layer).tanh(), cells == null ? null : cells.get(layer)));
        }
        return states;
    }

    private NDList map(
            LinearBlock map, ParameterStore parameters, List<NDArray> states, boolean training) {
        NDArray joined = states.get(0);
        for (NDArray further : states.subList(1, states.size())) {
            joined = joined.concat(further, 1); // (B, sources·h)
        }
        NDArray all = map.forward(parameters, new NDList(joined), training).singletonOrThrow();
        return layers == 1 ? new NDList(all) : all.split(layers, 1); // layers of (B, d)
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [h]} or {@code [h, c]}, (K, B, h), and gives the stacked states of the
     * layers, (layers, B, d).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        RecurrentState last =
                new RecurrentState(inputs.get(0), kind.hasCell() ? inputs.get(1) : null);
        RecurrentState states = RecurrentState.stack(start(parameters, last, training));
        return kind.hasCell()
                ? new NDList(states.hidden(), states.cell())
                : new NDList(states.hidden());
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        getChildren()
                .values()
                .forEach(
                        map ->
                                map.initialize(
                                        manager,
                                        dataType,
                                        new Shape(1, (long) sources * encoderSize)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape states = new Shape(layers, inputShapes[0].get(1), decoderSize);
        return kind.hasCell() ? new Shape[] {states, states} : new Shape[] {states};
    }
}
