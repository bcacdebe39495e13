package org.attn4j.attention.mechanism;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.Temporaries;
import org.attn4j.common.Require;

/**
 * Layers that read a long sequence segment by segment and look back into the segments before: the
 * memory of Transformer-XL.
 *
 * <p>Dai et al. 2019, section 3.2 and the equations at the end of section 3.3. With h the input of
 * a layer for this segment, m what it kept of earlier ones, SG "no gradient":
 *
 * <pre>
 *   h~  = [SG(m) ; h]                       keys and values see the memory, queries do not
 *   a   = {@link TransformerXlAttention}(query h, key and value h~), causal
 *   y   = LayerNorm(h + a)
 *   h'  = LayerNorm(y + W_2 relu(W_1 y + b_1) + b_2)      the next layer's input
 *   m'  = the last M rows of h~             handed to the next segment
 * </pre>
 *
 * The biases u and v' of the scores, {@code content_bias} and {@code position_bias}, are shared by
 * all layers. Layer n is {@code layers_n} with {@code attention}, {@code attention_norm}, {@code
 * fc1}, {@code fc2} and {@code output_norm}.
 *
 * <p>{@link #attend} reads one segment (B, T, D), its memory going in and coming out. {@code
 * forward} takes {@code [x]} or {@code [x, visible]} of any length, cuts it into segments, starts
 * with an empty memory, and gives the whole output. A position sees M + T positions in each layer
 * and so K·M positions back with K layers, at a time of B·T·(M + T)·D a segment and layer. Choose
 * it for sequences too long for one window: what was read is not computed again, as a sliding
 * window does.
 */
public final class TransformerXl extends AbstractBlock {

    private static final byte VERSION = 1;

    private final int modelSize;
    private final int segment;
    private final int memory;
    private final List<Layer> layers = new ArrayList<>();

    private TransformerXl(Builder builder) {
        super(VERSION);
        modelSize = builder.modelSize;
        segment = builder.segment;
        memory = builder.memory < 0 ? segment : builder.memory;
        int headSize = builder.headSize();
        Parameter content =
                addParameter(TransformerXlAttention.bias("content_bias", builder.heads, headSize));
        Parameter position =
                addParameter(TransformerXlAttention.bias("position_bias", builder.heads, headSize));
        for (int i = 0; i < builder.layers; i++) {
            layers.add(addChildBlock("layers_" + i, new Layer(builder, content, position)));
        }
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
     * Reads one segment.
     *
     * @param parameters where the block's parameters are found
     * @param x the segment, (B, T, D)
     * @param visible which of its positions may be seen, (B, T), boolean or of zeros and ones; null
     *     for all
     * @param past the memory that the segment before has left
     * @param observer is told the weights of layer n as {@code layers.n}, (B, N, T, M + T), the
     *     memory's first; null for nobody
     * @param training whether this is a training pass
     * @return the output and the memory for the next segment
     */
    public SegmentOutput attend(
            ParameterStore parameters,
            NDArray x,
            NDArray visible,
            SegmentMemory past,
            AttentionObserver observer,
            boolean training) {
        check(x, past);
        NDManager manager = x.getManager();
        NDArray seen = seen(x, visible, past); // (B, M + T)
        AttentionMask mask = AttentionMask.causal().and(AttentionMask.keys(seen));
        NDArray hidden = x; // (B, T, D)
        List<NDArray> kept = new ArrayList<>();
        Temporaries temporaries =
                observer == null ? Temporaries.of(this, parameters, training, x) : Temporaries.KEPT;
        for (int i = 0; i < layers.size(); i++) {
            NDArray joined =
                    past.length() == 0
                            ? hidden
                            : on(manager, past.hidden().get(i).concat(hidden, 1)); // (B, M + T, D)
            AttentionInputs inputs =
                    AttentionInputs.of(hidden, joined, joined)
                            .withMask(mask)
                            .withObserver(observer == null ? null : observer.at("layers." + i));
            Layer layer = layers.get(i);
            hidden = temporaries.of(() -> layer.attend(parameters, inputs, training));
            if (memory > 0) {
                kept.add(last(joined));
            }
        }
        SegmentMemory next =
                memory == 0 ? SegmentMemory.empty() : new SegmentMemory(kept, last(seen));
        return new SegmentOutput(hidden, next);
    }

    /** The last M positions, without a gradient. */
    private NDArray last(NDArray positions) {
        long length = positions.getShape().get(1);
        return positions.get(new NDIndex(":, {}:", Math.max(0, length - memory))).stopGradient();
    }

    private static NDArray seen(NDArray x, NDArray visible, SegmentMemory past) {
        Shape shape = new Shape(x.getShape().get(0), x.getShape().get(1));
        NDArray here =
                visible == null
                        ? x.getManager().ones(shape)
                        : visible.toType(DataType.FLOAT32, false).duplicate();
        on(x.getManager(), here);
        return past.length() == 0
                ? here
                : on(x.getManager(), past.visible().concat(here, 1)); // (B, M + T)
    }

    private static NDArray on(NDManager manager, NDArray array) {
        array.attach(manager);
        return array;
    }

    private void check(NDArray x, SegmentMemory past) {
        boolean fits =
                past.length() == 0
                        || past.hidden().size() == layers.size()
                                && past.hidden().get(0).getShape().get(0) == x.getShape().get(0);
        Require.that(
                fits,
                "a memory must hold a (B, M, D) for each layer, of the batch of the segment,"
                        + " got layers=%s, segment=%s, memory of %s layers of %s",
                layers.size(),
                x.getShape(),
                past.hidden().size(),
                past.length() == 0 ? "" : past.hidden().get(0).getShape());
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [x]} or {@code [x, visible]}, x (B, L, D), and gives (B, L, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.get(0);
        NDArray visible = inputs.size() > 1 ? inputs.get(1) : null;
        long length = x.getShape().get(1);
        NDList outputs = new NDList();
        SegmentMemory past = SegmentMemory.empty();
        for (long from = 0; from < length; from += segment) {
            NDIndex part = new NDIndex(":, {}:{}", from, Math.min(length, from + segment));
            SegmentOutput output =
                    attend(
                            parameters,
                            x.get(part),
                            visible == null ? null : visible.get(part),
                            past,
                            null,
                            training);
            outputs.add(output.hidden());
            past = output.memory();
        }
        return new NDList(Heads.joined(outputs, 1));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Layer layer : layers) {
            layer.initialize(manager, dataType, new Shape(1, 1, modelSize));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /** One layer: attention and the position-wise block, each with a residual and a norm. */
    private static final class Layer extends AbstractBlock {

        private final float dropout;
        private final int modelSize;
        private final int innerSize;
        private final TransformerXlAttention attention;
        private final LayerNorm attentionNorm;
        private final LinearBlock fc1;
        private final LinearBlock fc2;
        private final LayerNorm outputNorm;

        Layer(Builder builder, Parameter content, Parameter position) {
            super(VERSION);
            dropout = builder.dropout;
            modelSize = builder.modelSize;
            innerSize = builder.innerSize;
            attention =
                    addChildBlock(
                            "attention",
                            TransformerXlAttention.builder()
                                    .setModelSize(modelSize)
                                    .setHeads(builder.heads)
                                    .optHeadSize(builder.headSize())
                                    .optBias(builder.bias)
                                    .optDropout(dropout)
                                    .optKernel(builder.kernel)
                                    .optSharedBiases(content, position)
                                    .build());
            attentionNorm =
                    addChildBlock("attention_norm", new LayerNorm(modelSize, builder.epsilon));
            fc1 = addChildBlock("fc1", LinearBlock.of(innerSize, true));
            fc2 = addChildBlock("fc2", LinearBlock.of(modelSize, true));
            outputNorm = addChildBlock("output_norm", new LayerNorm(modelSize, builder.epsilon));
        }

        NDArray attend(ParameterStore parameters, AttentionInputs in, boolean training) {
            NDArray context = attention.attend(parameters, in, training).context();
            NDArray x = in.query().add(Kernels.dropped(context, dropout, training));
            NDArray y = normalised(attentionNorm, parameters, x, training); // (B, T, D)
            NDArray inner = Activation.relu(fc1.apply(parameters, y, training));
            NDArray outer =
                    fc2.apply(parameters, Kernels.dropped(inner, dropout, training), training);
            NDArray sum = y.add(Kernels.dropped(outer, dropout, training));
            return normalised(outputNorm, parameters, sum, training); // (B, T, D)
        }

        private static NDArray normalised(
                LayerNorm norm, ParameterStore parameters, NDArray x, boolean training) {
            return norm.forward(parameters, new NDList(x), training).singletonOrThrow();
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore parameters,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            AttentionInputs in =
                    AttentionInputs.self(inputs.get(0)).withMask(AttentionMask.causal());
            return new NDList(attend(parameters, in, training));
        }

        @Override
        protected void initializeChildBlocks(
                NDManager manager, DataType dataType, Shape... inputShapes) {
            attention.initialize(manager, dataType, inputShapes);
            attentionNorm.initialize(manager, dataType, inputShapes);
            fc1.initialize(manager, dataType, inputShapes);
            fc2.initialize(manager, dataType, new Shape(1, 1, innerSize));
            outputNorm.initialize(manager, dataType, inputShapes);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return new Shape[] {inputShapes[0]};
        }
    }

    /**
     * Builds a {@link TransformerXl}. The projections of attention have no bias unless set; the
     * dropout is that of weights, inner values and what is added to the residuals.
     */
    public static final class Builder extends ProjectedBuilder<Builder> {

        private int layers;
        private int innerSize;
        private int segment;
        private int memory = -1;
        private double epsilon = 1e-5;
        private AttentionKernel kernel;

        private Builder() {
            bias = false;
        }

        /**
         * Sets K.
         *
         * @param layers at least 1
         * @return this builder
         */
        public Builder setLayers(int layers) {
            this.layers = layers;
            return this;
        }

        /**
         * Sets the size between the two linear maps of a layer.
         *
         * @param innerSize at least 1
         * @return this builder
         */
        public Builder setInnerSize(int innerSize) {
            this.innerSize = innerSize;
            return this;
        }

        /**
         * Sets the positions of a segment, by which {@code forward} cuts.
         *
         * @param segment at least 1
         * @return this builder
         */
        public Builder setSegment(int segment) {
            this.segment = segment;
            return this;
        }

        /**
         * Sets M, the positions that are remembered; as many as a segment has unless set.
         *
         * @param memory at least 0
         * @return this builder
         */
        public Builder optMemory(int memory) {
            this.memory = memory;
            return this;
        }

        /**
         * Sets what the norms add to the variance; 1e-5 unless set.
         *
         * @param epsilon at least 0
         * @return this builder
         */
        public Builder optEpsilon(double epsilon) {
            this.epsilon = epsilon;
            return this;
        }

        /**
         * Sets the attention kernel; unless set, the fastest that the engine and device have.
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
        public TransformerXl build() {
            Require.that(
                    layers >= 1 && innerSize >= 1 && segment >= 1 && memory >= -1,
                    "layers, innerSize and segment must be at least 1 and memory at least 0,"
                            + " got layers=%s, innerSize=%s, segment=%s, memory=%s",
                    layers,
                    innerSize,
                    segment,
                    memory);
            return new TransformerXl(this);
        }
    }
}
