package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.Objects;
import java.util.function.Supplier;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.Linear;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.score.AdditiveScore;

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
 * x, the cell and h, and the query one place before it for h' (zeros before the first; a cache
 * keeps it); the values, with D features, are the regions that are mixed, the keys those that are
 * scored. The context is the readout (B, T, D); the weights are α̂ without the sentinel, (B, 1, T,
 * S), which sum to 1 − β.
 *
 * <p>Choose it where some steps need no looking, as words that the language itself calls for. Time
 * B·T·S·A, memory B·T·S·A with A units in the score.
 */
public final class SentinelAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private static final String PREVIOUS = "previous_hidden";

    private final int modelSize;
    private final int inputSize;
    private final float dropout;
    private final AdditiveScore score;
    private final Linear inputProjection;
    private final Linear hiddenProjection;
    private final Linear sentinelProjection;
    private final Linear outputProjection;

    private SentinelAttention(Builder builder) {
        super(VERSION);
        modelSize = builder.modelSize;
        inputSize = builder.inputSize == 0 ? modelSize : builder.inputSize;
        dropout = builder.dropout;
        int hiddenSize = builder.hiddenSize == 0 ? modelSize : builder.hiddenSize;
        score = addChildBlock("score", new AdditiveScore(hiddenSize));
        inputProjection = addChildBlock("input_proj", linear(modelSize));
        hiddenProjection = addChildBlock("hidden_proj", linear(modelSize));
        sentinelProjection = addChildBlock("sentinel_proj", linear(hiddenSize));
        int outputSize = builder.outputSize == 0 ? modelSize : builder.outputSize;
        outputProjection = addChildBlock("output_proj", linear(outputSize));
    }

    private static Linear linear(int units) {
        return Linear.builder().setUnits(units).optBias(false).build();
    }

    /**
     * What a decoder brings, and what it may look at.
     *
     * @param x the inputs of its steps, (B, T, Dx)
     * @param hidden h, the hidden states after the steps, (B, T, D)
     * @param previousHidden h', the hidden states before the steps, (B, T, D)
     * @param cell m, the cell states after the steps, (B, T, D)
     * @param keys the regions as they are scored, (B, S, Dk); usually the same as {@code regions}
     * @param regions v, the regions as they are mixed, (B, S, D)
     * @param mask which regions are seen; never null
     * @param cache keeps W_v v and v from one step to the next; null for none
     * @param observer is told α̂ of the regions; null for nobody
     */
    public record Inputs(
            NDArray x,
            NDArray hidden,
            NDArray previousHidden,
            NDArray cell,
            NDArray keys,
            NDArray regions,
            AttentionMask mask,
            KeyValueCache cache,
            AttentionObserver observer) {

        /** {@inheritDoc} */
        public Inputs {
            Objects.requireNonNull(mask, "mask: use AttentionMask.none()");
        }

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
            return new Inputs(
                    x,
                    hidden,
                    previousHidden,
                    cell,
                    regions,
                    regions,
                    AttentionMask.none(),
                    null,
                    null);
        }

        /**
         * Returns these inputs with another mask.
         *
         * @param other the mask that replaces this one
         * @return the new inputs
         */
        public Inputs withMask(AttentionMask other) {
            return new Inputs(
                    x, hidden, previousHidden, cell, keys, regions, other, cache, observer);
        }

        /**
         * Returns these inputs with a cache.
         *
         * @param other the cache; null for none
         * @return the new inputs
         */
        public Inputs withCache(KeyValueCache other) {
            return new Inputs(
                    x, hidden, previousHidden, cell, keys, regions, mask, other, observer);
        }

        /**
         * Returns these inputs with an observer.
         *
         * @param other the observer; null for none
         * @return the new inputs
         */
        public Inputs withObserver(AttentionObserver other) {
            return new Inputs(x, hidden, previousHidden, cell, keys, regions, mask, cache, other);
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
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Looks, or not.
     *
     * @param parameters where the block's parameters are found
     * @param in what the decoder brings, and what it may look at
     * @param training whether this is a training pass
     * @return everything on the way, and the readout
     */
    public Output look(ParameterStore parameters, Inputs in, boolean training) {
        NDManager manager = in.hidden.getManager();
        NDArray gate =
                apply(inputProjection, parameters, in.x, training)
                        .add(apply(hiddenProjection, parameters, in.previousHidden, training))
                        .getNDArrayInternal()
                        .sigmoid(); // (B, T, D)
        NDArray sentinel = gate.mul(in.cell.tanh());

        KeyValues memory = memory(parameters, in, training); // (B, 1, S, A), (B, 1, S, D)
        NDArray keys = ScoredAttention.keys(memory, manager);
        NDArray hidden = score.queries(parameters, in.hidden, training); // W_g h, (B, T, A)
        NDArray scores = score.pairs(parameters, hidden, keys, null, training).expandDims(1);
        long queries = scores.getShape().get(2);
        AttentionMask mask = in.mask.realise(manager, queries, memory.length());
        NDArray weights =
                Softmax.INSTANCE.weights(
                        parameters,
                        scores,
                        mask.arrays(manager, queries, memory.length()),
                        training); // α, (B, 1, T, S)
        NDArray kept =
                training && dropout > 0
                        ? Kernels.of(manager).dropout().dropout(weights, dropout)
                        : weights;
        NDArray context = kept.matMul(memory.value()).squeeze(1); // c, (B, T, D)

        NDArray own = sentinelScores(parameters, sentinel, hidden, training); // (B, 1, T, 1)
        NDArray extended =
                Softmax.INSTANCE.weights(
                        parameters,
                        scores.concat(own, 3),
                        mask.withVisibleKeys(manager, queries, memory.length(), 1)
                                .arrays(manager, queries, memory.length() + 1L),
                        training); // α̂, (B, 1, T, S + 1)
        NDArray beta = extended.squeeze(1).get(new NDIndex(":, :, -1:")); // (B, T, 1)
        NDArray adaptive =
                sentinel.mul(beta).add(context.mul(Scalars.subtract(1, beta))); // ĉ, (B, T, D)
        NDArray readout = apply(outputProjection, parameters, adaptive.add(in.hidden), training);
        if (in.observer != null) {
            in.observer.observe("", extended.get(new NDIndex(":, :, :, :-1"))); // (B, 1, T, S)
        }
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

    /** {@inheritDoc} */
    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray query = in.query();
        Inputs inputs =
                new Inputs(
                        query,
                        query,
                        previous(query, in.cache()),
                        query,
                        in.key(),
                        in.value(),
                        in.mask(),
                        in.cache(),
                        in.observer());
        Output output = look(parameters, inputs, training);
        return new AttentionOutput(output.readout());
    }

    /** The query of the place before each, zeros before the first. */
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

    private KeyValues memory(ParameterStore parameters, Inputs in, boolean training) {
        Supplier<KeyValues> fresh =
                () ->
                        new KeyValues(
                                score.keys(parameters, in.keys, training).expandDims(1),
                                in.regions.expandDims(1));
        return in.cache == null ? fresh.get() : in.cache.update(fresh);
    }

    /** {@code w·tanh(W_s s + W_g h)}: each step's sentinel is scored with its own hidden state. */
    private NDArray sentinelScores(
            ParameterStore parameters, NDArray sentinel, NDArray hidden, boolean training) {
        Shape shape = hidden.getShape();
        long steps = shape.get(0) * shape.get(1);
        NDArray key = apply(sentinelProjection, parameters, sentinel, training); // (B, T, A)
        return score.pairs(
                        parameters,
                        hidden.reshape(steps, 1, shape.get(2)),
                        key.reshape(steps, 1, shape.get(2)),
                        null,
                        training)
                .reshape(shape.get(0), 1, shape.get(1), 1);
    }

    private static NDArray apply(
            Linear linear, ParameterStore parameters, NDArray x, boolean training) {
        return linear.forward(parameters, new NDList(x), training).singletonOrThrow();
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape query = inputShapes[0];
        long[] units = outputProjection.getOutputShapes(new Shape[] {query})[0].getShape();
        return new Shape[] {new Shape(query.get(0), query.get(1), units[units.length - 1])};
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape[] shapes = queryKeyValue(inputShapes);
        for (Shape shape : new Shape[] {shapes[0], shapes[2]}) {
            if (shape.get(shape.dimension() - 1) != modelSize) {
                throw new IllegalArgumentException(
                        "hidden states (the query) and regions (the value) must have modelSize features, got modelSize="
                                + modelSize
                                + ", input="
                                + shape);
            }
        }
        Shape state = new Shape(1, 1, modelSize);
        score.initialize(manager, dataType, state, shapes[1]);
        inputProjection.initialize(manager, dataType, new Shape(1, 1, inputSize));
        hiddenProjection.initialize(manager, dataType, state);
        sentinelProjection.initialize(manager, dataType, state);
        outputProjection.initialize(manager, dataType, state);
    }

    /** Builds a {@link SentinelAttention}. */
    public static final class Builder {

        private int modelSize;
        private int inputSize;
        private int hiddenSize;
        private int outputSize;
        private float dropout;

        private Builder() {}

        /**
         * Sets D, the features of hidden and cell states and of regions.
         *
         * @param modelSize at least 1
         * @return this builder
         */
        public Builder setModelSize(int modelSize) {
            this.modelSize = modelSize;
            return this;
        }

        /**
         * Sets Dx, the features of x; D unless set. The plain contract needs D.
         *
         * @param inputSize at least 1
         * @return this builder
         */
        public Builder optInputSize(int inputSize) {
            this.inputSize = inputSize;
            return this;
        }

        /**
         * Sets A, the units of the score's hidden layer; D unless set.
         *
         * @param hiddenSize at least 1
         * @return this builder
         */
        public Builder optHiddenSize(int hiddenSize) {
            this.hiddenSize = hiddenSize;
            return this;
        }

        /**
         * Sets V, the features of the readout; D unless set.
         *
         * @param outputSize at least 1
         * @return this builder
         */
        public Builder optOutputSize(int outputSize) {
            this.outputSize = outputSize;
            return this;
        }

        /**
         * Sets the rate at which weights are dropped in training before they mix the regions; 0
         * unless set.
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
        public SentinelAttention build() {
            if (modelSize < 1 || inputSize < 0 || hiddenSize < 0 || outputSize < 0) {
                throw new IllegalArgumentException(
                        "sizes must be at least 1, got modelSize="
                                + modelSize
                                + ", inputSize="
                                + inputSize
                                + ", hiddenSize="
                                + hiddenSize
                                + ", outputSize="
                                + outputSize);
            }
            ScaledDotProduct.checkDropout(dropout);
            return new SentinelAttention(this);
        }
    }
}
