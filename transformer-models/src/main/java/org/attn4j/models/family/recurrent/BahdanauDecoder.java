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
import org.attn4j.attention.recurrent.RecurrentCell;
import org.attn4j.attention.recurrent.RecurrentState;
import org.attn4j.attention.recurrent.Steps;
import org.attn4j.common.Require;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.OutputProjection;

/**
 * A decoder whose previous state chooses what of the source goes into its next one.
 *
 * <p>Bahdanau, Cho and Bengio 2015, section 3.1 and appendix A.2.2. At step i the state s_{i−1}
 * attends to the memory, which gives c_i; {@code s_i = cell([embedding(y_{i−1}); c_i], s_{i−1})}.
 * The paper's attention is an {@link org.attn4j.attention.mechanism.AdditiveAttention}, the child
 * {@code attention}; any other mechanism that stands between a decoder and its source can take its
 * position. Its cell is a GRU, the child {@code cell}; see {@link CellKind} for where torch's
 * differs.
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
public final class BahdanauDecoder extends RecurrentDecoder {

    private final int contextSize;
    private final int maxoutSize;
    private final Attention attention;
    private final RecurrentCell cell;
    private final LinearBlock readoutState; // these three null without maxout
    private final LinearBlock readoutEmbedding;
    private final LinearBlock readoutContext;
    private final OutputProjection projection;

    /**
     * Creates a decoder with token vectors of its own.
     *
     * @param sizes its sizes
     * @param attention takes queries (B, 1, d) and keys and values (B, S, dm)
     * @param cell the kind of cell; GRU in the paper
     * @param maxoutSize l, the units of the maxout readout; 0 for the linear readout
     * @param dropout dropout of token vectors and of what predictions are read from, in [0, 1)
     */
    public BahdanauDecoder(
            Sizes sizes, Attention attention, CellKind cell, int maxoutSize, float dropout) {
        this(sizes, Words.own(sizes), attention, cell, maxoutSize, dropout);
    }

    /**
     * Creates a decoder.
     *
     * @param sizes its sizes
     * @param words where the vectors of tokens are
     * @param attention takes queries (B, 1, d) and keys and values (B, S, dm)
     * @param cell the kind of cell; GRU in the paper
     * @param maxoutSize l, the units of the maxout readout; 0 for the linear readout
     * @param dropout dropout of token vectors and of what predictions are read from, in [0, 1)
     */
    public BahdanauDecoder(
            Sizes sizes,
            Words words,
            Attention attention,
            CellKind cell,
            int maxoutSize,
            float dropout) {
        super(sizes, words, dropout);
        Require.that(
                maxoutSize >= 0, "maxoutSize must be at least 0, got maxoutSize=%s", maxoutSize);
        this.maxoutSize = maxoutSize;
        this.attention = addChildBlock("attention", attention);
        contextSize = contextSize(attention);
        this.cell =
                addChildBlock(
                        "cell",
                        new RecurrentCell(
                                cell, sizes.embeddingSize() + contextSize, sizes.hiddenSize()));
        boolean maxout = maxoutSize > 0;
        readoutState = maxout ? addChildBlock("readout_state", readout()) : null;
        readoutEmbedding = maxout ? addChildBlock("readout_embedding", readout()) : null;
        readoutContext = maxout ? addChildBlock("readout_context", readout()) : null;
        projection = projection(readoutSize());
    }

    private LinearBlock readout() {
        return LinearBlock.of(2L * maxoutSize, false);
    }

    private int readoutSize() {
        return maxoutSize > 0
                ? maxoutSize
                : sizes.hiddenSize() + contextSize + sizes.embeddingSize();
    }

    @Override
    public DecoderState start(List<RecurrentState> layers) {
        return new DecoderState(layers, null);
    }

    @Override
    public DecoderOutput decode(
            ParameterStore parameters,
            DecoderTarget target,
            DecoderMemory memory,
            DecoderState state,
            AttentionObserver observer,
            boolean training) {
        NDManager manager = target.ids().getManager();
        StepAttention pass =
                new StepAttention(attention, parameters, memory, observer, training, manager, 1);
        FedInput fed = cell.fed(parameters, manager, sizes.embeddingSize(), training);
        StepInputs inputs =
                new StepInputs(target, ids -> embed(parameters, ids, training), fed::known);
        List<NDArray> before = new ArrayList<>(); // s_(i-1), (B, d)
        List<NDArray> after = new ArrayList<>(); // s_i, (B, d)
        List<NDArray> contexts = new ArrayList<>(); // (B, dc)
        RecurrentState now = state.layers().get(0);
        for (int step = 0; step < target.ids().getShape().get(1); step++) {
            int last = step - 1;
            NDArray gates =
                    inputs.gates(
                            step,
                            () ->
                                    readOut(
                                                    parameters,
                                                    before.get(last).expandDims(1),
                                                    inputs.vector(last).expandDims(1),
                                                    contexts.get(last).expandDims(1),
                                                    after.get(last).expandDims(1),
                                                    false)
                                            .squeeze(1));
            NDArray context = pass.attendStep(now.hidden());
            before.add(now.hidden());
            contexts.add(context);
            now = cell.stepProjected(parameters, fed.plus(gates, context), now, training);
            after.add(now.hidden());
        }
        NDArray states = Steps.together(after); // (B, T, d)
        NDArray context = Steps.together(contexts); // (B, T, dc)
        NDArray logits =
                readOut(
                        parameters,
                        Steps.together(before),
                        inputs.vectors(),
                        context,
                        states,
                        training); // (B, T, V)
        pass.tell();
        return new DecoderOutput(logits, states, context, null, start(List.of(now)));
    }

    /** Logits (B, T, V). */
    private NDArray readOut(
            ParameterStore parameters,
            NDArray before,
            NDArray vectors,
            NDArray context,
            NDArray after,
            boolean training) {
        NDArray read =
                maxoutSize > 0
                        ? maxout(parameters, before, vectors, context, training)
                        : after.concat(context, 2).concat(vectors, 2);
        return project(projection, parameters, read, training);
    }

    /** Appendix A.2.2: the larger of each pair of neighbours, (B, T, l). */
    private NDArray maxout(
            ParameterStore parameters,
            NDArray states,
            NDArray vectors,
            NDArray context,
            boolean training) {
        NDArray sum =
                Layers.apply(readoutEmbedding, parameters, vectors, training)
                        .add(Layers.apply(readoutState, parameters, states, training))
                        .add(
                                Layers.apply(
                                        readoutContext,
                                        parameters,
                                        context,
                                        training)); // (B, T, 2·l)
        Shape shape = sum.getShape();
        return sum.reshape(shape.get(0), shape.get(1), maxoutSize, 2).max(new int[] {3});
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        super.initializeChildBlocks(manager, dataType, inputShapes);
        Shape state = sizes.query();
        int embeddingSize = sizes.embeddingSize();
        attention.initialize(manager, dataType, state, sizes.memory(), sizes.memory());
        cell.initialize(manager, dataType, new Shape(1, (long) embeddingSize + contextSize));
        if (maxoutSize > 0) {
            readoutState.initialize(manager, dataType, state);
            readoutEmbedding.initialize(manager, dataType, new Shape(1, 1, embeddingSize));
            readoutContext.initialize(manager, dataType, new Shape(1, 1, contextSize));
        }
        projection.initialize(manager, dataType, new Shape(1, 1, readoutSize()));
    }
}
