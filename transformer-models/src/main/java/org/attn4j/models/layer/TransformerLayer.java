package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.attention.ops.Packable;
import org.attn4j.attention.ops.PackedLayer;
import org.attn4j.attention.ops.Precision;
import org.attn4j.attention.ops.SublayerKernel;

/**
 * A layer of self-attention, cross-attention to a memory if there is one, and feed-forward, each
 * with a norm, dropout and a residual connection (Vaswani et al. 2017, §3.1).
 *
 * <p>Its parts are given to it, so that any attention mechanism, norm and feed-forward block can
 * stand in it. The mask of a call makes it a layer of an encoder or of a decoder.
 */
public final class TransformerLayer extends AbstractBlock implements Packable {

    private static final byte VERSION = 1;

    private final Attention selfAttention;
    private final AttentionMask layerMask;
    private final Block selfNorm;
    private final Attention crossAttention; // null for none
    private final Block crossNorm; // null for none
    private final Block feedForward;
    private final Block feedForwardNorm;
    private final NormOrder normOrder;
    private final boolean parallel;
    private final float attentionDropout;
    private final float feedForwardDropout;
    private PackedLayer packed; // null unless all of it is packed; set before the block runs

    /**
     * Creates a layer without cross-attention.
     *
     * @param selfAttention from (B, T, D) to (B, T, D)
     * @param feedForward from (B, T, D) to (B, T, D)
     * @param layout how they are put together
     */
    public TransformerLayer(Attention selfAttention, Block feedForward, LayerLayout layout) {
        this(selfAttention, AttentionMask.none(), null, feedForward, layout);
    }

    /**
     * Creates a layer.
     *
     * @param selfAttention from (B, T, D) to (B, T, D)
     * @param layerMask what this layer hides beside what a call hides, such as all that is outside
     *     of a window
     * @param crossAttention from (B, T, D) and (B, S, D') to (B, T, D); null for none
     * @param feedForward from (B, T, D) to (B, T, D)
     * @param layout how they are put together
     */
    public TransformerLayer(
            Attention selfAttention,
            AttentionMask layerMask,
            Attention crossAttention,
            Block feedForward,
            LayerLayout layout) {
        super(VERSION);
        normOrder = layout.normOrder();
        parallel = layout.parallel();
        attentionDropout = layout.attentionDropout();
        feedForwardDropout = layout.feedForwardDropout();
        this.layerMask = layerMask;
        this.selfAttention = addChildBlock("self_attn", selfAttention);
        selfNorm = addChildBlock("self_attn_layer_norm", layout.norm().get());
        this.crossAttention =
                crossAttention == null ? null : addChildBlock("encoder_attn", crossAttention);
        crossNorm =
                crossAttention == null
                        ? null
                        : addChildBlock("encoder_attn_layer_norm", layout.norm().get());
        this.feedForward = addChildBlock("feed_forward", feedForward);
        feedForwardNorm = addChildBlock("final_layer_norm", layout.norm().get());
    }

    /**
     * Runs the layer.
     *
     * @param parameters where the parameters are found
     * @param x (B, T, D)
     * @param in what it looks at
     * @param index which layer of its stack it is, for caches and observers
     * @param training whether dropout applies
     * @return (B, T, D)
     */
    public NDArray forward(
            ParameterStore parameters, NDArray x, LayerInputs in, int index, boolean training) {
        Optional<NDArray> predicted = PackedLayers.predict(List.of(this), x, in, index, training);
        if (predicted.isPresent()) {
            return predicted.get(); // (B, T, D)
        }
        NDArray attended = selfSublayer(parameters, x, in, index, training); // (B, T, D)
        NDArray y = // (B, T, D)
                crossAttention == null
                        ? attended
                        : crossSublayer(parameters, attended, in, index, training);
        return feedForwardSublayer(parameters, x, y, in, index, training); // (B, T, D)
    }

    private NDArray selfSublayer(
            ParameterStore parameters, NDArray x, LayerInputs in, int index, boolean training) {
        AttentionMask mask = in.mask().and(layerMask);
        Optional<NDArray> whole =
                trainsWhole(x, in, training)
                        ? whole(parameters, x, null, in.positions(), selfAttention, selfNorm, mask)
                        : Optional.empty();
        if (whole.isPresent()) {
            return whole.get(); // (B, T, D)
        }
        NDArray read = before(parameters, selfNorm, x, training);
        NDArray update = self(parameters, read, in, index, training);
        return after(parameters, selfNorm, x, read, update, training); // (B, T, D)
    }

    private NDArray crossSublayer(
            ParameterStore parameters, NDArray x, LayerInputs in, int index, boolean training) {
        Optional<NDArray> whole =
                trainsWhole(x, in, training)
                        ? whole(
                                parameters,
                                x,
                                in.memory(),
                                null,
                                crossAttention,
                                crossNorm,
                                in.memoryMask())
                        : Optional.empty();
        if (whole.isPresent()) {
            return whole.get(); // (B, T, D)
        }
        NDArray read = before(parameters, crossNorm, x, training);
        NDArray update = cross(parameters, read, in, index, training);
        return after(parameters, crossNorm, x, read, update, training); // (B, T, D)
    }

    private NDArray feedForwardSublayer(
            ParameterStore parameters,
            NDArray x,
            NDArray y,
            LayerInputs in,
            int index,
            boolean training) {
        Optional<NDArray> whole =
                !parallel
                                && trainsWhole(y, in, training)
                                && feedForward instanceof FeedForward block
                        ? frame(parameters, feedForwardNorm, feedForwardDropout, y)
                                .flatMap(
                                        frame ->
                                                Kernels.of(y.getManager())
                                                        .sublayers()
                                                        .feedForward(
                                                                parameters,
                                                                y,
                                                                block.sublayer(),
                                                                frame))
                        : Optional.empty();
        if (whole.isPresent()) {
            return whole.get(); // (B, T, D)
        }
        NDArray read = before(parameters, feedForwardNorm, parallel ? x : y, training);
        tellRouting(parameters, read, in, index, training);
        NDArray update = Layers.apply(feedForward, parameters, read, training);
        update = Layers.dropout(update, feedForwardDropout, training);
        return after(parameters, feedForwardNorm, y, read, update, training); // (B, T, D)
    }

    /** Whether sublayers may be computed in one call each: nobody looks into them. */
    private boolean trainsWhole(NDArray x, LayerInputs in, boolean training) {
        return training
                && normOrder != NormOrder.NORMED
                && in.observer() == null
                && in.cache() == null
                && in.globals() == null;
    }

    private Optional<SublayerKernel.Frame> frame(
            ParameterStore parameters, Block norm, float dropout, NDArray x) {
        return norm instanceof LayerNorm plain
                ? plain.trained(parameters, x.getDevice())
                        .map(
                                it ->
                                        new SublayerKernel.Frame(
                                                it, normOrder == NormOrder.PRE, dropout))
                : Optional.empty();
    }

    /** A sublayer of attention in one call; nothing if the parts are to compute. */
    private Optional<NDArray> whole(
            ParameterStore parameters,
            NDArray x,
            NDArray memory,
            NDArray positions,
            Attention attention,
            Block norm,
            AttentionMask mask) {
        if (!(attention instanceof MultiHeadAttention heads)) {
            return Optional.empty();
        }
        SublayerKernel kernel = Kernels.of(x.getManager()).sublayers();
        Optional<SublayerKernel.Attention> how = heads.sublayer(x, memory, positions);
        Optional<SublayerKernel.Frame> frame = frame(parameters, norm, attentionDropout, x);
        if (how.isEmpty() || frame.isEmpty()) {
            return Optional.empty();
        }
        long queries = x.getShape().get(1);
        long keys = memory == null ? queries : memory.getShape().get(1);
        boolean causal = memory == null && mask.isCausalOnly();
        return kernel.attend(
                parameters,
                x,
                memory,
                how.get(),
                frame.get(),
                causal,
                causal ? MaskArrays.NONE : mask.arrays(x.getManager(), queries, keys));
    }

    private void tellRouting(
            ParameterStore parameters, NDArray x, LayerInputs in, int index, boolean training) {
        if (feedForward instanceof MixtureOfExperts experts) {
            AttentionObserver.tell(
                    in.observer(index, "mlp"),
                    Stages.ROUTING,
                    () -> experts.routing(parameters, x, training));
        }
    }

    /** What a sublayer reads, (B, T, D). */
    private NDArray before(ParameterStore parameters, Block norm, NDArray x, boolean training) {
        return normOrder == NormOrder.POST ? x : Layers.apply(norm, parameters, x, training);
    }

    /** What comes out behind a sublayer, (B, T, D). */
    private NDArray after(
            ParameterStore parameters,
            Block norm,
            NDArray x,
            NDArray read,
            NDArray update,
            boolean training) {
        return switch (normOrder) {
            case PRE -> x.add(update);
            case NORMED -> read.add(update);
            case POST -> Layers.apply(norm, parameters, x.add(update), training);
        };
    }

    private NDArray self(
            ParameterStore parameters, NDArray query, LayerInputs in, int index, boolean training) {
        AttentionInputs inputs =
                AttentionInputs.self(query)
                        .withMask(in.mask().and(layerMask))
                        .withPositions(in.positions())
                        .withGlobals(in.globals())
                        .withCache(in.cache() == null ? null : in.cache().self(index))
                        .withObserver(in.observer(index, "self_attn"));
        NDArray context = selfAttention.attend(parameters, inputs, training).context();
        return Layers.dropout(context, attentionDropout, training);
    }

    private NDArray cross(
            ParameterStore parameters, NDArray query, LayerInputs in, int index, boolean training) {
        AttentionInputs inputs =
                AttentionInputs.cross(query, in.memory())
                        .withMask(in.memoryMask())
                        .withCache(in.cache() == null ? null : in.cache().memory(index))
                        .withObserver(in.observer(index, "encoder_attn"));
        NDArray context = crossAttention.attend(parameters, inputs, training).context();
        return Layers.dropout(context, attentionDropout, training);
    }

    /** What predicts all of it in one call; nothing if the parts are to compute. */
    Optional<PackedLayer> predictor() {
        return packed == null
                        || !packed.isOpen()
                        || ((MultiHeadAttention) selfAttention).adapted()
                        || crossAttention != null && ((MultiHeadAttention) crossAttention).adapted()
                        || ((FeedForward) feedForward).adapted()
                ? Optional.empty()
                : Optional.of(packed);
    }

    /** What this layer hides beside what a call hides. */
    AttentionMask mask() {
        return layerMask;
    }

    @Override
    public void pack(NDManager owner, Precision precision) {
        unpack();
        for (Block child : getChildren().values()) {
            if (child == selfAttention && child instanceof MultiHeadAttention attention) {
                attention.packForSelf(owner, precision);
            } else {
                Packable.packAll(child, owner, precision);
            }
        }
        packed = whole(owner).orElse(null);
    }

    private Optional<PackedLayer> whole(NDManager owner) {
        if (parallel
                || normOrder == NormOrder.NORMED
                || !(selfAttention instanceof MultiHeadAttention attention)
                || !(feedForward instanceof FeedForward inner)
                || attention.packed().isEmpty()
                || inner.packed().isEmpty()
                || !areLayerNorms()) {
            return Optional.empty();
        }
        Optional<PackedLayer.CrossAttention> cross =
                crossAttention instanceof MultiHeadAttention looks
                        ? looks.packedCross()
                        : Optional.empty();
        if (crossAttention != null && cross.isEmpty()) {
            return Optional.empty();
        }
        return PackedLayer.of(
                owner,
                new PackedLayer.Parts(
                        attention.packed().get(),
                        packed(selfNorm),
                        cross.orElse(null),
                        crossAttention == null ? null : packed(crossNorm),
                        inner.packed().get(),
                        packed(feedForwardNorm),
                        normOrder == NormOrder.PRE));
    }

    private boolean areLayerNorms() {
        return Stream.of(selfNorm, crossNorm, feedForwardNorm)
                .filter(Objects::nonNull)
                .allMatch(norm -> norm instanceof LayerNorm own && own.packed().isPresent());
    }

    private static PackedLayer.Norm packed(Block norm) {
        return ((LayerNorm) norm).packed().orElseThrow();
    }

    @Override
    public void unpack() {
        if (packed != null) {
            packed.close();
            packed = null;
        }
        getChildren().values().forEach(Packable::unpackAll);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [x]} or {@code [x, visible]}, with x (B, T, D) and visible (B, T) true for
     * the positions that are seen; with cross-attention {@code [x, memory]} or {@code [x, memory,
     * visible]}, with memory (B, S, D'), visible (B, S) and x under a causal mask. Gives (B, T, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        int sequences = crossAttention == null ? 1 : 2;
        AttentionMask visible =
                inputs.size() > sequences
                        ? AttentionMask.keys(inputs.get(sequences))
                        : AttentionMask.none();
        LayerInputs in =
                crossAttention == null
                        ? LayerInputs.of(visible)
                        : LayerInputs.of(AttentionMask.causal()).withMemory(inputs.get(1), visible);
        return new NDList(forward(parameters, inputs.get(0), in, 0, training));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape x = inputShapes[0];
        Shape memory = inputShapes.length < 2 ? x : inputShapes[1];
        for (Block child : getChildren().values()) {
            if (child == crossAttention) {
                child.initialize(manager, dataType, x, memory, memory);
            } else {
                child.initialize(manager, dataType, x);
            }
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
