package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.Linear;
import org.attn4j.attention.pattern.PatternExtent;
import org.attn4j.attention.pattern.SparsePattern;
import org.attn4j.attention.pattern.SparseRequest;
import org.attn4j.attention.pattern.WindowPattern;
import org.attn4j.attention.position.RotaryEmbedding;

/**
 * Multi-head self-attention in which a place sees few others: {@code softmax over the keys j of the
 * pattern of q_i·k_j / √H}, on projections as in {@link MultiHeadAttention}.
 *
 * <p>The pattern says which places those are:
 *
 * <ul>
 *   <li>{@link org.attn4j.attention.pattern.StridedPattern} and {@link
 *       org.attn4j.attention.pattern.FixedPattern}: Child et al. 2019, section 4.3; causal, T·√T;
 *   <li>{@link org.attn4j.attention.pattern.BlockPattern}: window, global and random blocks, Zaheer
 *       et al. 2020 (Big Bird), section 2;
 *   <li>{@link WindowPattern}: a sliding window, dilated for some heads, and global places, Beltagy
 *       et al. 2020 (Longformer), section 3.1.
 * </ul>
 *
 * <p>With a {@link WindowPattern} each sequence may have global places of its own, {@link
 * AttentionMask#global()}. They share the projections of the others unless they are given their
 * own.
 *
 * <p>Its children are {@code query_proj}, {@code key_proj}, {@code value_proj}, {@code output_proj}
 * and, for the projections of global places, {@code global}. x (B, T, D) gives a context (B, T, D).
 * The keys of each block of queries are gathered, so that for P visible places a query time and
 * memory are B·N·T·P beside the projections, forward and backward; an array of T×S is made only if
 * an observer asks for the weights, or if the mask brings one (a dense pattern, a bias, or a band
 * other than the causal one). A step with a cache reads P places of it.
 *
 * <p>Choose it for self-attention over long sequences. It does not attend to another sequence,
 * whose places the pattern could not count.
 */
public final class SparseAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final int modelSize;
    private final int heads;
    private final int keyValueHeads;
    private final int headSize;
    private final double scale;
    private final float dropout;
    private final float sparseDropout;
    private final SparsePattern pattern;
    private final RotaryEmbedding rotary;
    private final AttentionKernel kernel;
    private final boolean hiddenSeeNothing;

    private final Linear queryProjection;
    private final Linear keyProjection;
    private final Linear valueProjection;
    private final Linear outputProjection;
    private final GlobalProjections globalProjections; // null for none

    private SparseAttention(Builder builder) {
        super(VERSION);
        modelSize = builder.modelSize;
        heads = builder.heads;
        keyValueHeads = builder.keyValueHeads == 0 ? heads : builder.keyValueHeads;
        headSize = builder.headSize == 0 ? modelSize / heads : builder.headSize;
        scale = 1 / Math.sqrt(headSize);
        dropout = builder.dropout;
        sparseDropout = builder.sparseDropout == null ? dropout : builder.sparseDropout;
        pattern = builder.pattern;
        rotary = builder.rotary;
        kernel = builder.kernel;
        hiddenSeeNothing = builder.hiddenSeeNothing;
        queryProjection = projection("query_proj", (long) heads * headSize, builder.bias);
        keyProjection = projection("key_proj", (long) keyValueHeads * headSize, builder.bias);
        valueProjection = projection("value_proj", (long) keyValueHeads * headSize, builder.bias);
        outputProjection = projection("output_proj", modelSize, builder.outputBias);
        globalProjections =
                builder.globalProjections
                        ? addChildBlock(
                                "global", new GlobalProjections(heads, headSize, builder.bias))
                        : null;
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@inheritDoc} */
    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        int cached = in.cache() == null ? 0 : in.cache().length();
        NDArray query =
                turned(project(queryProjection, parameters, in.query(), training), in, cached);
        Supplier<KeyValues> fresh =
                () -> {
                    NDArray key = project(keyProjection, parameters, in.key(), training);
                    NDArray value = project(valueProjection, parameters, in.value(), training);
                    return new KeyValues(row(turned(key, in, cached)), row(value));
                };
        KeyValues memory = in.cache() == null ? fresh.get() : in.cache().update(fresh);

        AttentionMask mask = in.mask();
        int queries = Math.toIntExact(query.getShape().get(1));
        boolean causal = pattern.isCausal() || mask.band().isCausal();
        PatternExtent extent =
                new PatternExtent(memory.length() - queries, queries, memory.length(), causal);
        boolean full = pattern.isFull(extent);
        SparsePattern pass = pattern.during(extent, training);
        SparseRequest request =
                new SparseRequest(
                        query, // (B, T, N, H)
                        places(memory.key(), keyValueHeads), // (B, S, G, H)
                        places(memory.value(), keyValueHeads), // (B, S, G, H)
                        mask.keys().orElse(null),
                        scale,
                        full ? dropout : sparseDropout,
                        training,
                        kernel);
        int[][] own = mask.global().map(SparseAttention::places).orElse(null);

        boolean banded = !(mask.band().isAll() || mask.band().isCausal());
        boolean dense = full || banded || mask.dense().isPresent() || mask.bias().isPresent();
        NDArray seen; // (B, T, N·H)
        WeightsRecorder weights = in.observed() ? new WeightsRecorder() : null;
        if (dense || in.observed()) {
            AttentionMask visible = full ? mask : mask.and(visible(pass, request, extent, own));
            seen = dense(request, visible, weights);
        } else {
            NDArray context =
                    own == null
                            ? pass.attend(request, extent)
                            : window().attend(request, extent, own); // (B, T, N, H)
            seen = merged(context);
        }
        if (own != null && globalProjections != null) {
            seen =
                    globalProjections.over(
                            parameters,
                            in.query(),
                            own,
                            mask.keys().orElse(null),
                            core(request),
                            seen,
                            weights,
                            training);
        }
        if (in.observed()) {
            in.observer().observe("", weights.weights()); // (B, N, T, S)
        }
        NDArray context =
                hiddenSeeNothing && !full && mask.keys().isPresent()
                        ? kept(seen, mask.keys().get())
                        : seen;
        return new AttentionOutput(apply(outputProjection, parameters, context, training));
    }

    /** The same with T×S weights. */
    private NDArray dense(SparseRequest request, AttentionMask mask, AttentionObserver observer) {
        KeyValues memory =
                new KeyValues(request.key().swapAxes(1, 2), request.value().swapAxes(1, 2));
        return core(request)
                .attend(
                        request.query().swapAxes(1, 2), // (B, N, T, H)
                        memory, // (B, G, S, H)
                        mask,
                        observer,
                        request.training()); // (B, T, N·H)
    }

    /** The pattern as a mask. */
    private AttentionMask visible(
            SparsePattern pass, SparseRequest request, PatternExtent extent, int[][] globals) {
        NDManager manager = request.query().getManager();
        AttentionMask visible =
                AttentionMask.dense(
                        globals == null
                                ? pass.visible(manager, heads, extent)
                                : window().visible(manager, heads, extent, globals));
        NDArray repeats = pass.repeats(manager, heads, extent);
        return repeats == null ? visible : visible.and(AttentionMask.bias(repeats));
    }

    private static ScaledDotProduct core(SparseRequest request) {
        return new ScaledDotProduct(request.scale(), request.dropout(), request.kernel());
    }

    /** The contexts (B, T, N·H) of the places that are seen, and zeros for the others. */
    private static NDArray kept(NDArray context, NDArray visible) {
        Shape shape = context.getShape();
        return context.mul(
                visible.toType(context.getDataType(), false)
                        .reshape(visible.getShape().get(0), shape.get(1), 1));
    }

    private WindowPattern window() {
        if (pattern instanceof WindowPattern window) {
            return window;
        }
        throw new IllegalArgumentException(
                "global tokens of a sequence's own need a WindowPattern, got "
                        + pattern.getClass().getSimpleName());
    }

    /** The places of the ones in each row; null if there are none at all. */
    private static int[][] places(NDArray globals) {
        Shape shape = globals.getShape();
        int length = Math.toIntExact(shape.get(1));
        boolean[] flags = globals.toType(DataType.BOOLEAN, false).toBooleanArray();
        int[][] places = new int[Math.toIntExact(shape.get(0))][];
        for (int b = 0; b < places.length; b++) {
            int start = b * length;
            places[b] = IntStream.range(0, length).filter(i -> flags[start + i]).toArray();
        }
        return Arrays.stream(places).allMatch(own -> own.length == 0) ? null : places;
    }

    /** Positions turn heads that stand in front of places. */
    private NDArray turned(NDArray x, AttentionInputs in, int cached) {
        if (rotary == null) {
            return x;
        }
        NDArray inFront = x.swapAxes(1, 2); // (B, N, T, H)
        NDArray turned =
                in.positions() == null
                        ? rotary.apply(inFront, cached)
                        : rotary.apply(inFront, in.positions());
        return turned.swapAxes(1, 2); // (B, T, N, H)
    }

    /** (B, T, D) to (B, T, heads, H). */
    private NDArray project(
            Linear projection, ParameterStore parameters, NDArray x, boolean training) {
        NDArray projected = apply(projection, parameters, x, training);
        Shape shape = projected.getShape();
        return projected.reshape(shape.get(0), shape.get(1), shape.get(2) / headSize, headSize);
    }

    private static NDArray apply(
            Linear linear, ParameterStore parameters, NDArray x, boolean training) {
        return linear.forward(parameters, new NDList(x), training).singletonOrThrow();
    }

    /** How a cache holds places: (B, S, G, H) as one head of G·H features, (B, 1, S, G·H). */
    private static NDArray row(NDArray x) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), 1, shape.get(1), shape.get(2) * shape.get(3));
    }

    private static NDArray places(NDArray row, long count) {
        Shape shape = row.getShape();
        return row.reshape(shape.get(0), shape.get(2), count, shape.get(3) / count);
    }

    private static NDArray merged(NDArray context) {
        Shape shape = context.getShape();
        return context.reshape(shape.get(0), shape.get(1), shape.get(2) * shape.get(3));
    }

    private Linear projection(String name, long units, boolean bias) {
        return addChildBlock(name, Linear.builder().setUnits(units).optBias(bias).build());
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Shape shape : queryKeyValue(inputShapes)) {
            if (shape.get(2) != modelSize) {
                throw new IllegalArgumentException(
                        "the last dimension of the input must be modelSize, got modelSize="
                                + modelSize
                                + ", input="
                                + shape);
            }
        }
        Shape x = inputShapes[0];
        queryProjection.initialize(manager, dataType, x);
        keyProjection.initialize(manager, dataType, x);
        valueProjection.initialize(manager, dataType, x);
        if (globalProjections != null) {
            globalProjections.initialize(manager, dataType, x);
        }
        outputProjection.initialize(
                manager, dataType, new Shape(x.get(0), x.get(1), (long) heads * headSize));
    }

    /** Builds a {@link SparseAttention}. */
    public static final class Builder {

        private int modelSize;
        private int heads;
        private int keyValueHeads;
        private int headSize;
        private boolean bias = true;
        private boolean outputBias = true;
        private boolean globalProjections;
        private boolean hiddenSeeNothing;
        private float dropout;
        private Float sparseDropout;
        private SparsePattern pattern;
        private RotaryEmbedding rotary;
        private AttentionKernel kernel;

        private Builder() {}

        /**
         * Sets D, the features of query and context.
         *
         * @param modelSize at least 1
         * @return this builder
         */
        public Builder setModelSize(int modelSize) {
            this.modelSize = modelSize;
            return this;
        }

        /**
         * Sets N.
         *
         * @param heads at least 1
         * @return this builder
         */
        public Builder setHeads(int heads) {
            this.heads = heads;
            return this;
        }

        /**
         * Sets which places see which.
         *
         * @param pattern the pattern
         * @return this builder
         */
        public Builder setPattern(SparsePattern pattern) {
            this.pattern = pattern;
            return this;
        }

        /**
         * Sets G, the heads of keys and values; N unless set.
         *
         * @param keyValueHeads a divisor of N
         * @return this builder
         */
        public Builder optKeyValueHeads(int keyValueHeads) {
            this.keyValueHeads = keyValueHeads;
            return this;
        }

        /**
         * Sets H; D / N unless set.
         *
         * @param headSize at least 1
         * @return this builder
         */
        public Builder optHeadSize(int headSize) {
            this.headSize = headSize;
            return this;
        }

        /**
         * Sets whether the four projections have a bias; they do unless set.
         *
         * @param bias whether they have
         * @return this builder
         */
        public Builder optBias(boolean bias) {
            this.bias = bias;
            outputBias = bias;
            return this;
        }

        /**
         * Sets whether the projection of the output has a bias, where the others differ.
         *
         * @param outputBias whether it has; as {@link #optBias} says unless set after it
         * @return this builder
         */
        public Builder optOutputBias(boolean outputBias) {
            this.outputBias = outputBias;
            return this;
        }

        /**
         * Sets whether the global tokens of {@link AttentionMask#global()} look at the sequence
         * through query, key and value projections of their own. Others look at them through those
         * of all.
         *
         * @param globalProjections whether they do; they do not unless set
         * @return this builder
         */
        public Builder optGlobalProjections(boolean globalProjections) {
            this.globalProjections = globalProjections;
            return this;
        }

        /**
         * Sets whether a place that the mask hides as a key gets a context of zeros, as padding
         * does in Longformer and Big Bird. The weights that an observer is told stay as they are.
         *
         * @param hiddenSeeNothing whether it does; it does not unless set
         * @return this builder
         */
        public Builder optHiddenSeeNothing(boolean hiddenSeeNothing) {
            this.hiddenSeeNothing = hiddenSeeNothing;
            return this;
        }

        /**
         * Sets the rate at which weights are dropped in training; 0 unless set.
         *
         * @param dropout in [0, 1)
         * @return this builder
         */
        public Builder optDropout(float dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Sets that rate for the calls in which the pattern leaves something out, see {@link
         * SparsePattern#isFull}.
         *
         * @param sparseDropout in [0, 1); as {@link #optDropout} unless set
         * @return this builder
         */
        public Builder optSparseDropout(float sparseDropout) {
            this.sparseDropout = sparseDropout;
            return this;
        }

        /**
         * Sets positions that turn queries and keys.
         *
         * @param rotary the embedding; null for none
         * @return this builder
         */
        public Builder optRotary(RotaryEmbedding rotary) {
            this.rotary = rotary;
            return this;
        }

        /**
         * Sets the kernel that attends within the gathered blocks; the fastest unless set.
         *
         * @param kernel the kernel; null for the fastest
         * @return this builder
         */
        public Builder optKernel(AttentionKernel kernel) {
            this.kernel = kernel;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         */
        public SparseAttention build() {
            Objects.requireNonNull(pattern, "a sparse attention needs a pattern: setPattern");
            if (modelSize < 1 || heads < 1 || keyValueHeads < 0 || headSize < 0) {
                throw new IllegalArgumentException(
                        "modelSize, heads, keyValueHeads and headSize must be at least 1, got modelSize="
                                + modelSize
                                + ", heads="
                                + heads
                                + ", keyValueHeads="
                                + keyValueHeads
                                + ", headSize="
                                + headSize);
            }
            if (headSize == 0 && modelSize % heads != 0) {
                throw new IllegalArgumentException(
                        "modelSize must be divisible by heads, got modelSize="
                                + modelSize
                                + ", heads="
                                + heads);
            }
            if (keyValueHeads > 0 && heads % keyValueHeads != 0) {
                throw new IllegalArgumentException(
                        "heads must be divisible by keyValueHeads, got heads="
                                + heads
                                + ", keyValueHeads="
                                + keyValueHeads);
            }
            if (pattern.heads() != 0 && pattern.heads() != heads) {
                throw new IllegalArgumentException(
                        "the pattern is for " + pattern.heads() + " heads, got heads=" + heads);
            }
            if (globalProjections
                    && (!(pattern instanceof WindowPattern)
                            || keyValueHeads > 0 && keyValueHeads != heads
                            || rotary != null)) {
                throw new IllegalArgumentException(
                        "projections for global places need a WindowPattern, as many keyValueHeads as heads, and no rotary");
            }
            ScaledDotProduct.checkDropout(dropout);
            ScaledDotProduct.checkDropout(sparseDropout == null ? 0 : sparseDropout);
            int size = headSize == 0 ? modelSize / heads : headSize;
            if (rotary != null && rotary.size() > size) {
                throw new IllegalArgumentException(
                        "rotary size must be at most the head size, got rotary size="
                                + rotary.size()
                                + ", head size="
                                + size);
            }
            return new SparseAttention(this);
        }
    }
}
