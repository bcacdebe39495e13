package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.function.UnaryOperator;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.score.AdditiveScore;
import org.attn4j.common.Require;

/**
 * Attention that knows when not to look: beside the regions it may look at there is a sentinel,
 * made of what the decoder knows by itself.
 *
 * <p>Lu et al. 2017, "Knowing When to Look", equations 6 to 13. An LSTM has read the input x and
 * come from the hidden state h' to h, with the cell state m. Then
 *
 * <ul>
 *   <li>the gate {@code g = σ(W_x x + W_h h')} and the sentinel {@code s = g ⊙ tanh(m)};
 *   <li>{@code z_i = w·tanh(W_v v_i + W_g h)} for each region v_i, {@code α = softmax(z)}, {@code c
 *       = Σ α_i v_i};
 *   <li>{@code α̂ = softmax([z; w·tanh(W_s s + W_g h)])}, and β, the last of α̂, is how much is not
 *       looked;
 *   <li>{@code ĉ = β s + (1 − β) c}, and the readout {@code W_p (ĉ + h)}.
 * </ul>
 *
 * <p>W_x, W_h, W_s and W_p are the children {@code input_proj}, {@code hidden_proj}, {@code
 * sentinel_proj} and {@code output_proj}; W_v, W_g and w those of the child {@code score}. None has
 * a bias. A query that sees no region has α of zeros and β = 1.
 *
 * <p>{@link #look} takes these inputs. Through the plain contract the query (B, T, D) stands in for
 * x, the cell and h, and the query one position before it for h' (zeros before the first; a cache
 * keeps it); the values, with D features, are the regions that are mixed, the keys those that are
 * scored. The context is the readout (B, T, D); the weights are α̂ without the sentinel, (B, 1, T,
 * S), which sum to 1 − β.
 *
 * <p>Choose it where some steps need no looking, as words that the language itself calls for. Time
 * B·T·S·A, memory B·T·S·A with A units in the score.
 */
public final class SentinelAttention extends ScoredAttention<AdditiveScore> {

    private static final byte VERSION = 1;
    private static final String PREVIOUS = "previous_hidden";

    private final Sizes sizes;
    private final LinearBlock inputProjection;
    private final LinearBlock hiddenProjection;
    private final LinearBlock sentinelProjection;
    private final LinearBlock outputProjection;

    /**
     * The sizes of a block.
     *
     * @param modelSize D, the features of hidden and cell states and of regions
     * @param inputSize Dx, the features of x; the plain contract needs D
     * @param hiddenSize A, the units of the score's hidden layer
     * @param outputSize V, the features of the readout
     */
    public record Sizes(int modelSize, int inputSize, int hiddenSize, int outputSize) {

        public Sizes {
            Require.that(
                    modelSize >= 1 && inputSize >= 1 && hiddenSize >= 1 && outputSize >= 1,
                    "sizes must be at least 1,"
                            + " got modelSize=%s, inputSize=%s, hiddenSize=%s, outputSize=%s",
                    modelSize,
                    inputSize,
                    hiddenSize,
                    outputSize);
        }

        /**
         * Returns sizes of D each.
         *
         * @param modelSize D
         * @return the sizes
         */
        public static Sizes of(int modelSize) {
            return new Sizes(modelSize, modelSize, modelSize, modelSize);
        }
    }

    /**
     * Creates a block.
     *
     * @param sizes its sizes
     * @param dropout the rate at which weights are dropped in training before they mix the regions,
     *     in [0, 1)
     */
    public SentinelAttention(Sizes sizes, float dropout) {
        super(VERSION, new AdditiveScore(sizes.hiddenSize), Softmax.INSTANCE, dropout);
        this.sizes = sizes;
        inputProjection = addChildBlock("input_proj", LinearBlock.of(sizes.modelSize, false));
        hiddenProjection = addChildBlock("hidden_proj", LinearBlock.of(sizes.modelSize, false));
        sentinelProjection =
                addChildBlock("sentinel_proj", LinearBlock.of(sizes.hiddenSize, false));
        outputProjection = addChildBlock("output_proj", LinearBlock.of(sizes.outputSize, false));
    }

    /**
     * What a decoder brings, and what it may look at.
     *
     * @param x the inputs of its steps, (B, T, Dx)
     * @param previousHidden h', the hidden states before the steps, (B, T, D)
     * @param cell m, the cell states after the steps, (B, T, D)
     * @param attention as query h, the hidden states after the steps, (B, T, D); as key the regions
     *     as they are scored, (B, S, Dk); as value v, the regions as they are mixed, (B, S, D). Its
     *     cache keeps W_v v and v from one step to the next; its observer is told α̂ of the regions
     */
    public record Inputs(
            NDArray x, NDArray previousHidden, NDArray cell, AttentionInputs attention) {

        /**
         * Returns inputs without mask, cache or observer.
         *
         * @param x (B, T, Dx)
         * @param hidden (B, T, D)
         * @param previousHidden (B, T, D)
         * @param cell (B, T, D)
         * @param regions (B, S, D)
         * @return the inputs
         */
        public static Inputs of(
                NDArray x, NDArray hidden, NDArray previousHidden, NDArray cell, NDArray regions) {
            return new Inputs(x, previousHidden, cell, AttentionInputs.cross(hidden, regions));
        }

        /**
         * Returns these inputs with another mask, cache or observer.
         *
         * @param other what changes of {@link #attention()}
         * @return the new inputs
         */
        public Inputs with(UnaryOperator<AttentionInputs> other) {
            return new Inputs(x, previousHidden, cell, other.apply(attention));
        }
    }

    /**
     * What looking, or not, gives.
     *
     * @param gate g, (B, T, D)
     * @param sentinel s, (B, T, D)
     * @param weights α, over the regions alone, (B, T, S)
     * @param context c, (B, T, D)
     * @param extendedWeights α̂, over the regions and, last, the sentinel, (B, T, S + 1)
     * @param beta β, how much is not looked, (B, T)
     * @param adaptiveContext ĉ, (B, T, D)
     * @param readout W_p (ĉ + h), (B, T, V), the logits of a caption's words
     */
    public record Output(
            NDArray gate,
            NDArray sentinel,
            NDArray weights,
            NDArray context,
            NDArray extendedWeights,
            NDArray beta,
            NDArray adaptiveContext,
            NDArray readout) {}

    /**
     * Looks, or not.
     *
     * @param parameters where the block's parameters are found
     * @param in what the decoder brings, and what it may look at
     * @param training whether this is a training pass
     * @return everything on the way, and the readout
     */
    public Output look(ParameterStore parameters, Inputs in, boolean training) {
        AttentionInputs attention = in.attention;
        NDManager manager = attention.query().getManager();
        NDArray gate =
                inputProjection
                        .apply(parameters, in.x, training)
                        .add(hiddenProjection.apply(parameters, in.previousHidden, training))
                        .getNDArrayInternal()
                        .sigmoid(); // (B, T, D)
        NDArray sentinel = gate.mul(in.cell.tanh());
        KeyValues memory = memory(parameters, attention, training); // (B, 1, S, A), (B, 1, S, D)
        NDArray keys = keys(memory, manager);
        NDArray hidden = score().queries(parameters, attention.query(), training); // (B, T, A)
        AttentionObserver observer = attention.observer();
        NDArray scores =
                score().pairs(parameters, hidden, keys, null, observer, training).expandDims(1);
        AttentionObserver.tell(observer, Stages.SCORES, () -> scores);
        long queries = scores.getShape().get(2);
        AttentionMask mask = attention.mask().realise(manager, queries, memory.length());
        NDArray weights =
                weights(
                        parameters,
                        scores,
                        mask.arrays(manager, queries, memory.length()),
                        observer,
                        training); // α, (B, 1, T, S)
        NDArray context =
                dropped(weights, training).matMul(memory.value()).squeeze(1); // c, (B, T, D)
        NDArray own = sentinelScores(parameters, sentinel, hidden, training); // (B, 1, T, 1)
        NDArray extended =
                weights(
                        parameters,
                        scores.concat(own, 3),
                        mask.withVisibleKeys(manager, queries, memory.length(), 1)
                                .arrays(manager, queries, memory.length() + 1L),
                        null,
                        training); // α̂, (B, 1, T, S + 1)
        NDArray beta = extended.squeeze(1).get(new NDIndex(":, :, -1:")); // (B, T, 1)
        NDArray adaptive =
                sentinel.mul(beta).add(context.mul(Scalars.subtract(1, beta))); // ĉ, (B, T, D)
        NDArray readout =
                outputProjection.apply(parameters, adaptive.add(attention.query()), training);
        AttentionObserver.tell(observer, Stages.PLAIN_WEIGHTS, () -> weights);
        AttentionObserver.tell(observer, Stages.CONTEXT, () -> context.expandDims(1));
        AttentionObserver.tell(observer, Stages.SENTINEL_GATE, () -> gate);
        AttentionObserver.tell(observer, Stages.SENTINEL, () -> sentinel);
        AttentionObserver.tell(observer, Stages.SENTINEL_SCORES, () -> own);
        if (observer != null) {
            observer.observe("", extended.get(new NDIndex(":, :, :, :-1"))); // (B, 1, T, S)
        }
        AttentionObserver.tell(observer, Stages.GATE, () -> beta);
        AttentionObserver.tell(observer, Stages.ADAPTIVE_CONTEXT, () -> adaptive);
        AttentionObserver.tell(observer, Stages.OUTPUT, () -> readout);
        return new Output(
                gate,
                sentinel,
                weights.squeeze(1),
                context,
                extended.squeeze(1),
                beta.squeeze(2),
                adaptive,
                readout);
    }

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray query = in.query();
        Inputs inputs = new Inputs(query, previous(query, in.cache()), query, in);
        return new AttentionOutput(look(parameters, inputs, training).readout());
    }

    /** The query of the position before each, zeros before the first. */
    private static NDArray previous(NDArray query, KeyValueCache cache) {
        NDArray kept = cache == null ? null : cache.state(PREVIOUS); // (B, 1, D)
        Shape shape = query.getShape();
        NDArray first =
                query.getManager()
                        .zeros(new Shape(shape.get(0), 1, shape.get(2)), query.getDataType());
        if (kept != null) {
            first = first.add(kept);
        }
        if (cache != null) {
            cache.state(PREVIOUS, query.get(new NDIndex(":, -1:")).duplicate());
        }
        return shape.get(1) == 1 ? first : first.concat(query.get(new NDIndex(":, :-1")), 1);
    }

    /** {@code w·tanh(W_s s + W_g h)}: each step's sentinel is scored with its own hidden state. */
    private NDArray sentinelScores(
            ParameterStore parameters, NDArray sentinel, NDArray hidden, boolean training) {
        Shape shape = hidden.getShape();
        long steps = shape.get(0) * shape.get(1);
        NDArray key = sentinelProjection.apply(parameters, sentinel, training); // (B, T, A)
        return score().pairs(
                        parameters,
                        hidden.reshape(steps, 1, shape.get(2)),
                        key.reshape(steps, 1, shape.get(2)),
                        null,
                        null,
                        training)
                .reshape(shape.get(0), 1, shape.get(1), 1);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape query = inputShapes[0];
        return new Shape[] {new Shape(query.get(0), query.get(1), sizes.outputSize)};
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape[] shapes = queryKeyValue(inputShapes);
        for (Shape shape : new Shape[] {shapes[0], shapes[2]}) {
            Require.that(
                    shape.get(shape.dimension() - 1) == sizes.modelSize,
                    "hidden states (the query) and regions (the value) must have modelSize"
                            + " features, got modelSize=%s, input=%s",
                    sizes.modelSize,
                    shape);
        }
        Shape state = new Shape(1, 1, sizes.modelSize);
        super.initializeChildBlocks(manager, dataType, state, shapes[1], state);
        inputProjection.initialize(manager, dataType, new Shape(1, 1, sizes.inputSize));
        hiddenProjection.initialize(manager, dataType, state);
        sentinelProjection.initialize(manager, dataType, state);
        outputProjection.initialize(manager, dataType, state);
    }
}
