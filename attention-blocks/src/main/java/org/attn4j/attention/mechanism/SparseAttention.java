package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.attn4j.attention.AttentionBlock;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.AttentionOutput;
import org.attn4j.attention.cache.KeyValues;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.pattern.PatternExtent;
import org.attn4j.attention.pattern.SparsePattern;
import org.attn4j.attention.pattern.SparseRequest;
import org.attn4j.attention.pattern.WindowPattern;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.common.Require;

/**
 * Multi-head self-attention in which a position sees few others: {@code softmax over the keys j of
 * the pattern of q_i·k_j / √H}, on projections as in {@link MultiHeadAttention}.
 *
 * <p>The pattern says which positions those are:
 *
 * <ul>
 *   <li>{@link org.attn4j.attention.pattern.StridedPattern} and {@link
 *       org.attn4j.attention.pattern.FixedPattern}: Child et al. 2019, section 4.3; causal, T·√T;
 *   <li>{@link org.attn4j.attention.pattern.BlockPattern}: window, global and random blocks, Zaheer
 *       et al. 2020 (Big Bird), section 2;
 *   <li>{@link WindowPattern}: a sliding window, dilated for some heads, and global positions,
 *       Beltagy et al. 2020 (Longformer), section 3.1.
 * </ul>
 *
 * <p>With a {@link WindowPattern} each sequence may have global positions of its own, {@link
 * AttentionInputs#globals()}. They share the projections of the others unless they are given their
 * own.
 *
 * <p>Its children are {@code query_proj}, {@code key_proj}, {@code value_proj}, {@code output_proj}
 * and, for the projections of global positions, {@code global}. x (B, T, D) gives a context (B, T,
 * D). The keys of each block of queries are gathered, so that for P visible positions a query time
 * and memory are B·N·T·P beside the projections, forward and backward; an array of T×S is made only
 * if an observer asks for the weights, or if the mask brings one (a dense pattern, a bias, or a
 * band other than the causal one). A step with a cache reads P positions of it.
 *
 * <p>Choose it for self-attention over long sequences. It does not attend to another sequence,
 * whose positions the pattern could not count.
 */
public final class SparseAttention extends AttentionBlock {

    private static final byte VERSION = 1;

    private final int heads;
    private final int keyValueHeads;
    private final double scale;
    private final float dropout;
    private final float sparseDropout;
    private final SparsePattern pattern;
    private final AttentionKernel kernel;
    private final boolean hiddenSeeNothing;
    private final Projections projections;
    private final GlobalProjections globalProjections; // null for none

    private SparseAttention(Builder builder) {
        super(VERSION);
        int headSize = builder.headSize();
        heads = builder.heads;
        keyValueHeads = builder.keyValueHeads == 0 ? heads : builder.keyValueHeads;
        pattern = builder.pattern;
        Require.that(
                pattern.heads() == 0 || pattern.heads() == heads,
                "the pattern is for %s heads, got heads=%s",
                pattern.heads(),
                heads);
        Require.that(
                !builder.globalProjections
                        || pattern instanceof WindowPattern
                                && keyValueHeads == heads
                                && builder.rotary == null,
                "projections for global positions need a WindowPattern, as many keyValueHeads as"
                        + " heads, and no rotary");
        dropout = builder.dropout;
        sparseDropout = builder.sparseDropout == null ? dropout : builder.sparseDropout;
        ScaledDotProduct.checkDropout(dropout);
        ScaledDotProduct.checkDropout(sparseDropout);
        scale = 1 / Math.sqrt(headSize);
        kernel = builder.kernel;
        hiddenSeeNothing = builder.hiddenSeeNothing;
        Projections.Sizes sizes =
                Projections.Sizes.of(builder.modelSize, heads, headSize, keyValueHeads);
        boolean outputBias = builder.outputBias == null ? builder.bias : builder.outputBias;
        projections =
                new Projections(this::addChildBlock, sizes, builder.bias, null, builder.rotary)
                        .withOutput(this::addChildBlock, outputBias);
        globalProjections =
                builder.globalProjections
                        ? addChildBlock("global", new GlobalProjections(sizes, builder.bias))
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

    @Override
    public AttentionOutput attend(ParameterStore parameters, AttentionInputs in, boolean training) {
        NDArray query = projections.query(parameters, in, training).swapAxes(1, 2); // (B, T, N, H)
        KeyValues memory = memory(parameters, in, training); // (B, 1, S, G·H)
        AttentionMask mask = in.mask();
        PatternExtent extent = extent(mask, query.getShape().get(1), memory.length());
        boolean full = pattern.isFull(extent);
        SparsePattern pass = pattern.during(extent, training);
        SparseRequest request =
                new SparseRequest(
                        query,
                        split(memory.key()), // (B, S, G, H)
                        split(memory.value()), // (B, S, G, H)
                        mask.keys().orElse(null),
                        scale,
                        full ? dropout : sparseDropout,
                        training,
                        kernel);
        int[][] globals = in.globals() == null ? null : positions(in.globals());
        boolean completes = globals != null && globalProjections != null;
        WeightsRecorder weights = in.observed() && completes ? new WeightsRecorder() : null;
        NDArray context; // (B, T, N·H)
        if (full || in.observed() || bringsPairs(mask)) {
            AttentionMask visible =
                    full ? mask : mask.and(visible(pass, request, extent, globals, in.observer()));
            context = dense(request, visible, weights == null ? in.observer() : weights);
        } else if (globals == null) {
            context = merged(pass.attend(request, extent));
        } else {
            context = merged(window().attend(request, extent, globals));
        }
        if (completes) {
            context =
                    globalProjections.over(
                            parameters,
                            in.query(),
                            globals,
                            mask.keys().orElse(null),
                            core(request),
                            context,
                            weights,
                            training);
        }
        if (weights != null) {
            in.observer().observe("", weights.weights()); // (B, N, T, S)
        }
        if (hiddenSeeNothing && !full && mask.keys().isPresent()) {
            context = kept(context, mask.keys().get());
        }
        return projections.output(parameters, in, context, training); // (B, T, D)
    }

    /** All keys and values, each position as one row of a cache: (B, 1, S, G·H). */
    private KeyValues memory(ParameterStore parameters, AttentionInputs in, boolean training) {
        int cached = in.cached();
        return in.remembered(
                () ->
                        new KeyValues(
                                row(projections.key(parameters, in, cached, training)),
                                row(projections.value(parameters, in, training))));
    }

    /** (B, G, S, H) to (B, 1, S, G·H). */
    private static NDArray row(NDArray heads) {
        return Heads.merge(heads).expandDims(1);
    }

    /** (B, 1, S, G·H) to (B, S, G, H). */
    private NDArray split(NDArray row) {
        Shape shape = row.getShape();
        return row.reshape(shape.get(0), shape.get(2), keyValueHeads, shape.get(3) / keyValueHeads);
    }

    /** (B, T, N, H) to (B, T, N·H). */
    private static NDArray merged(NDArray context) {
        Shape shape = context.getShape();
        return context.reshape(shape.get(0), shape.get(1), shape.get(2) * shape.get(3));
    }

    private PatternExtent extent(AttentionMask mask, long queries, int keys) {
        boolean causal = pattern.isCausal() || mask.band().isCausal();
        int count = Math.toIntExact(queries);
        return new PatternExtent(keys - count, count, keys, causal);
    }

    /** Whether the mask says of pairs of query and key more than that no query looks ahead. */
    private static boolean bringsPairs(AttentionMask mask) {
        boolean banded = !(mask.band().isAll() || mask.band().isCausal());
        return banded || mask.dense().isPresent() || mask.bias().isPresent();
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
            SparsePattern pass,
            SparseRequest request,
            PatternExtent extent,
            int[][] globals,
            AttentionObserver observer) {
        NDManager manager = request.query().getManager();
        NDArray pairs =
                globals == null
                        ? pass.visible(manager, heads, extent)
                        : window().visible(manager, heads, extent, globals);
        AttentionObserver.tell(observer, Stages.PATTERN, () -> pairs);
        AttentionMask visible = AttentionMask.dense(pairs);
        NDArray repeats = pass.repeats(manager, heads, extent);
        return repeats == null ? visible : visible.and(AttentionMask.bias(repeats));
    }

    private static ScaledDotProduct core(SparseRequest request) {
        return new ScaledDotProduct(request.scale(), request.dropout(), request.kernel());
    }

    /** The contexts (B, T, N·H) of the positions that are seen, and zeros for the others. */
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

    /** The positions of the ones in each row; null if there are none at all. */
    private static int[][] positions(NDArray globals) {
        Shape shape = globals.getShape();
        int length = Math.toIntExact(shape.get(1));
        boolean[] flags = globals.toType(DataType.BOOLEAN, false).toBooleanArray();
        int[][] positions = new int[Math.toIntExact(shape.get(0))][];
        for (int b = 0; b < positions.length; b++) {
            int start = b * length;
            positions[b] = IntStream.range(0, length).filter(i -> flags[start + i]).toArray();
        }
        return Arrays.stream(positions).allMatch(own -> own.length == 0) ? null : positions;
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        projections.initialize(manager, dataType, queryKeyValue(inputShapes));
        if (globalProjections != null) {
            globalProjections.initialize(manager, dataType, inputShapes[0]);
        }
    }

    /** Builds a {@link SparseAttention}. The four projections have a bias unless set. */
    public static final class Builder extends ProjectedBuilder<Builder> {

        private int keyValueHeads;
        private Boolean outputBias;
        private boolean globalProjections;
        private boolean hiddenSeeNothing;
        private Float sparseDropout;
        private SparsePattern pattern;
        private RotaryEmbedding rotary;
        private AttentionKernel kernel;

        private Builder() {}

        /**
         * Sets which positions see which.
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
         * Sets whether the projection of the output has a bias, where the others differ.
         *
         * @param outputBias whether it has; as {@link #optBias} says unless set
         * @return this builder
         */
        public Builder optOutputBias(boolean outputBias) {
            this.outputBias = outputBias;
            return this;
        }

        /**
         * Sets whether the global tokens of {@link AttentionInputs#globals()} look at the sequence
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
         * Sets whether a position that the mask hides as a key gets a context of zeros, as padding
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
         * Sets positions that rotate queries and keys.
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
            return new SparseAttention(this);
        }
    }
}
