package org.attn4j.models.layer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Optional;
import org.attn4j.attention.ops.Adaptable;
import org.attn4j.attention.ops.LinearMap;
import org.attn4j.attention.ops.LinearRows;
import org.attn4j.attention.ops.LowRankUpdate;
import org.attn4j.attention.ops.Packable;
import org.attn4j.attention.ops.Precision;

/**
 * The map from hidden states to logits, {@code x Wᵀ + b}, with a weight (V, D) of its own or that
 * of an embedding.
 *
 * <p>A tied weight stays the embedding's parameter: it is listed, counted and saved there alone.
 */
public final class OutputProjection extends AbstractBlock implements Adaptable, Packable {

    private static final byte VERSION = 1;

    private final long vocabularySize;
    private final LinearMap map;

    private OutputProjection(long vocabularySize, Parameter weight, boolean bias, boolean own) {
        super(VERSION);
        this.vocabularySize = vocabularySize;
        map =
                new LinearMap(
                        own ? addParameter(weight) : weight,
                        bias
                                ? addParameter(
                                        parameter(
                                                "bias",
                                                Parameter.Type.BIAS,
                                                new Shape(vocabularySize)))
                                : null);
    }

    /**
     * Creates a projection with a weight of its own.
     *
     * @param modelSize D
     * @param vocabularySize V
     * @param bias whether there is a bias
     * @return the projection
     */
    public static OutputProjection of(long modelSize, long vocabularySize, boolean bias) {
        Shape shape = new Shape(vocabularySize, modelSize);
        Parameter weight = parameter("weight", Parameter.Type.WEIGHT, shape);
        return new OutputProjection(vocabularySize, weight, bias, true);
    }

    /**
     * Creates a projection that uses the weight of an embedding (Press and Wolf 2017, "Using the
     * Output Embedding to Improve Language Models", §3).
     *
     * @param embedding the target embedding
     * @param bias whether there is a bias
     * @return the projection
     */
    public static OutputProjection tiedTo(TokenEmbedding embedding, boolean bias) {
        return new OutputProjection(embedding.vocabularySize(), embedding.weight(), bias, false);
    }

    private static Parameter parameter(String name, Parameter.Type type, Shape shape) {
        return Parameter.builder().setName(name).setType(type).optShape(shape).build();
    }

    /**
     * Whether logits are {@code x Wᵀ + b} and nothing more.
     *
     * @return false if an adapter adds to them
     */
    public boolean isPlain() {
        return map.update().isEmpty();
    }

    /**
     * Takes the map to the logits of some tokens.
     *
     * @param owner takes it over
     * @param tokens their ids
     * @return the map (…, D) to (…, tokens), of float32 whatever this is packed for; nothing if an
     *     adapter adds to logits
     */
    public Optional<LinearRows> rows(NDManager owner, int[] tokens) {
        return map.rows(owner, tokens);
    }

    /**
     * Gives states with this projection, in place of their logits.
     *
     * @param parameters where the parameters are found
     * @param states (…, D)
     * @param training whether this is a training pass
     * @return the states, the weight and the bias
     */
    public ProjectedStates beside(ParameterStore parameters, NDArray states, boolean training) {
        Device device = states.getDevice();
        return new ProjectedStates(
                states,
                parameters.getValue(map.weight(), device, training),
                parameters.getValue(map.bias(), device, training));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes hidden states (…, D) and gives logits (…, V).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray hidden = inputs.singletonOrThrow(); // (..., D)
        return new NDList(map.apply(parameters, hidden, training)); // (..., V)
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        // an update is initialised when it is made
    }

    @Override
    public void pack(NDManager owner, Precision precision) {
        map.pack(owner, precision);
    }

    @Override
    public void unpack() {
        map.unpack();
    }

    @Override
    public Use use() {
        return Use.OUTPUT;
    }

    @Override
    public Parameter weight() {
        return map.weight();
    }

    @Override
    public void adapt(LowRankUpdate update) {
        children.clear();
        map.adapt(update == null ? null : addChildBlock("update", update));
    }

    @Override
    public Optional<LowRankUpdate> update() {
        return map.update();
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape input = inputShapes[0];
        return new Shape[] {input.slice(0, input.dimension() - 1).add(vocabularySize)};
    }
}
