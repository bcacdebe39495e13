package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.Temporaries;
import org.attn4j.common.Require;

/**
 * Layers one after the other, the children {@code 0}, {@code 1} …: of an encoder, or of a decoder
 * with or without cross-attention. What goes before them (embeddings) and after them (a norm) is
 * the model's.
 */
public final class TransformerStack extends AbstractBlock {

    private static final byte VERSION = 1;

    private final List<TransformerLayer> layers;
    private final int groupSize;
    private final boolean maskAlike;

    /**
     * Creates a stack.
     *
     * @param layers the layers, the first first
     */
    public TransformerStack(List<TransformerLayer> layers) {
        this(layers, 1);
    }

    /**
     * Creates a stack whose layers come in groups, as in ALBERT. A layer may stand at several
     * sites; its parameters are then shared.
     *
     * @param layers the layers, the first first
     * @param groupSize after how many layers an observer is told the hidden states
     */
    public TransformerStack(List<TransformerLayer> layers, int groupSize) {
        super(VERSION);
        this.layers = List.copyOf(layers);
        this.groupSize = groupSize;
        maskAlike = layers.stream().map(TransformerLayer::mask).distinct().count() == 1;
        for (int i = 0; i < layers.size(); i++) {
            addChildBlock(String.valueOf(i), layers.get(i));
        }
    }

    /**
     * Creates a stack.
     *
     * @param count how many layers
     * @param layer makes the layer of a number
     * @return the stack
     */
    public static TransformerStack of(int count, IntFunction<TransformerLayer> layer) {
        return new TransformerStack(IntStream.range(0, count).mapToObj(layer).toList());
    }

    /**
     * Runs the layers. An observer is told the states that go into each; those that come out of the
     * last are for {@link #tellLast}.
     *
     * @param parameters where the parameters are found
     * @param x (B, T, D)
     * @param in what the layers look at
     * @param training whether dropout applies
     * @return (B, T, D), on the manager of {@code x}
     */
    public NDArray forward(ParameterStore parameters, NDArray x, LayerInputs in, boolean training) {
        long length = x.getShape().get(1);
        LayerInputs ready = in.realise(x.getManager(), length);
        Optional<NDArray> predicted =
                maskAlike ? PackedLayers.predict(layers, x, ready, 0, training) : Optional.empty();
        NDArray states = // (B, T, D)
                predicted.orElseGet(() -> oneByOne(parameters, x, ready, training));
        if (in.cache() != null) {
            in.cache().advance(length);
        }
        return states;
    }

    private NDArray oneByOne(
            ParameterStore parameters, NDArray x, LayerInputs in, boolean training) {
        // An observer may keep what it is told.
        Temporaries temporaries =
                in.observer() != null
                        ? Temporaries.KEPT
                        : Temporaries.of(
                                this,
                                parameters,
                                training,
                                x,
                                in.memory(),
                                in.mask().bias().orElse(null));
        NDArray states = x;
        for (int i = 0; i < layers.size(); i++) {
            if (i % groupSize == 0) {
                in.tellStates(i / groupSize, states);
            }
            NDArray before = states;
            int index = i;
            states = temporaries.of(() -> run(index, parameters, before, in, training));
            if (i > 0) {
                temporaries.free(before);
            }
        }
        return states;
    }

    private NDArray run(
            int index, ParameterStore parameters, NDArray x, LayerInputs in, boolean training) {
        TransformerLayer layer = layers.get(index);
        if (!training
                || !(parameters instanceof LayerCheckpoints checkpoints)
                || !checkpoints.isEnabled()) {
            return layer.forward(parameters, x, in, index, training);
        }
        Require.that(
                in.mask().bias().isEmpty(),
                "checkpointing does not go with a bias of scores, as relative positions and ALiBi have");
        return checkpoints.run(
                (states, memory) ->
                        layer.forward(
                                parameters,
                                states,
                                in.withMemory(memory, in.memoryMask()),
                                index,
                                true),
                x,
                in.memory());
    }

    /**
     * Tells an observer the states that a model gives, after a last norm if it has one.
     *
     * @param in what the layers looked at
     * @param states (B, T, D)
     * @return the states
     */
    public NDArray tellLast(LayerInputs in, NDArray states) {
        in.tellStates(layers.size() / groupSize, states);
        return states;
    }

    /**
     * Creates empty caches for this stack.
     *
     * @param manager where their arrays live
     * @return the caches
     */
    public DecoderCache newCache(NDManager manager) {
        return new DecoderCache(manager, layers.size());
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes (B, T, D), of which all positions see all, and gives (B, T, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        LayerInputs in = LayerInputs.of(AttentionMask.none());
        return new NDList(forward(parameters, inputs.singletonOrThrow(), in, training));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        layers.forEach(layer -> layer.initialize(manager, dataType, inputShapes));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
