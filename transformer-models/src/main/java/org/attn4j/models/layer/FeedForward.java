package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.Packable;
import org.attn4j.attention.ops.PackedFeedForward;
import org.attn4j.attention.ops.Precision;
import org.attn4j.attention.ops.SublayerKernel;
import org.attn4j.common.Require;

/**
 * The position-wise feed-forward block, {@code fc2(activation(fc1(x)))} (Vaswani et al. 2017, eq.
 * 2), or its gated form {@code fc2(activation(gate(x)) * fc1(x))} (Shazeer 2020, "GLU Variants").
 */
public final class FeedForward extends AbstractBlock implements Packable {

    private static final byte VERSION = 1;

    private final LinearBlock fc1;
    private final LinearBlock fc2;
    private final LinearBlock gate; // null if not gated
    private final Activation activation;
    private final float dropout;
    private PackedFeedForward packed; // null unless packed; set before the block runs

    /**
     * Creates a block without a gate, whose linear maps have biases.
     *
     * @param modelSize D
     * @param innerSize the size between the linear maps, four times D in the paper
     * @param activation of the inner values
     * @param dropout of the inner values
     */
    public FeedForward(int modelSize, int innerSize, Activation activation, float dropout) {
        this(modelSize, innerSize, activation, false, true, dropout);
    }

    /**
     * Creates a block.
     *
     * @param modelSize D
     * @param innerSize the size between the linear maps
     * @param activation of the inner values, or of the gate
     * @param gated whether a third linear map gates the inner values
     * @param bias whether the linear maps have a bias
     * @param dropout of the inner values
     */
    public FeedForward(
            int modelSize,
            int innerSize,
            Activation activation,
            boolean gated,
            boolean bias,
            float dropout) {
        super(VERSION);
        Require.that(
                modelSize >= 1 && innerSize >= 1,
                "modelSize and innerSize must be positive, got modelSize=%s, innerSize=%s",
                modelSize,
                innerSize);
        this.activation = Objects.requireNonNull(activation, "activation");
        this.dropout = Require.rate("dropout", dropout);
        gate = gated ? linear("gate", innerSize, bias) : null;
        fc1 = linear("fc1", innerSize, bias);
        fc2 = linear("fc2", modelSize, bias);
    }

    private LinearBlock linear(String name, int units, boolean bias) {
        return addChildBlock(name, LinearBlock.of(units, bias));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes and gives one array (…, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow(); // (..., D)
        Optional<NDArray> predicted =
                packed == null || !packed.isOpen() || training || adapted()
                        ? Optional.empty()
                        : packed.apply(x);
        if (predicted.isPresent()) {
            return new NDList(predicted.get()); // (..., D)
        }
        NDArray inner = Layers.apply(fc1, parameters, x, training); // (..., inner)
        NDArray active =
                gate == null
                        ? activation.apply(inner)
                        : activation.apply(Layers.apply(gate, parameters, x, training)).mul(inner);
        NDArray kept = Layers.dropout(active, dropout, training);
        return new NDList(Layers.apply(fc2, parameters, kept, training)); // (..., D)
    }

    /** What a kernel for whole sublayers computes, for training. */
    SublayerKernel.FeedForward sublayer() {
        return new SublayerKernel.FeedForward(
                maps().map(LinearBlock::map).toList(), activation.configName(), dropout);
    }

    /** The packed block, if there is one. */
    Optional<PackedFeedForward> packed() {
        return Optional.ofNullable(packed);
    }

    /** Whether an adapter adds to a map. */
    boolean adapted() {
        return maps().anyMatch(map -> map.update().isPresent());
    }

    /** To the inner values, to the gate if there is one, and back. */
    private Stream<LinearBlock> maps() {
        return Stream.of(fc1, gate, fc2).filter(Objects::nonNull);
    }

    @Override
    public void pack(NDManager owner, Precision precision) {
        unpack();
        maps().forEach(map -> map.pack(owner, precision));
        packed =
                PackedFeedForward.of(maps().map(LinearBlock::map).toList(), activation.configName())
                        .orElse(null);
    }

    @Override
    public void unpack() {
        packed = null;
        maps().forEach(LinearBlock::unpack);
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        fc1.initialize(manager, dataType, inputShapes);
        if (gate != null) {
            gate.initialize(manager, dataType, inputShapes);
        }
        fc2.initialize(manager, dataType, fc1.getOutputShapes(inputShapes));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
