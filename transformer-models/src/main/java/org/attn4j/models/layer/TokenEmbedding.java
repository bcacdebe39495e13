package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Optional;
import org.attn4j.attention.ops.Adaptable;
import org.attn4j.attention.ops.LowRankUpdate;
import org.attn4j.common.Require;

/** A trained vector for each token: the rows of {@code weight}, (V, D). */
public final class TokenEmbedding extends AbstractBlock implements Adaptable, TokenVectors {

    private static final byte VERSION = 1;

    private final long vocabularySize;
    private final long modelSize;
    private final Parameter weight;
    private LowRankUpdate update; // null for none; set before the block runs

    /**
     * Creates an embedding.
     *
     * @param vocabularySize number of tokens, V
     * @param modelSize length of their vectors, D
     */
    public TokenEmbedding(long vocabularySize, long modelSize) {
        super(VERSION);
        this.vocabularySize = vocabularySize;
        this.modelSize = modelSize;
        weight =
                addParameter(
                        Parameter.builder()
                                .setName("weight")
                                .setType(Parameter.Type.WEIGHT)
                                .optShape(new Shape(vocabularySize, modelSize))
                                .build());
    }

    @Override
    public long vocabularySize() {
        return vocabularySize;
    }

    /**
     * Returns the length of the vectors.
     *
     * @return D
     */
    public long modelSize() {
        return modelSize;
    }

    /**
     * Returns the vectors of tokens.
     *
     * @param parameters where the parameters are found
     * @param tokens (B, T)
     * @param training whether this is a training pass
     * @return (B, T, D): those of the ids, or else the vectors that are given
     * @throws IllegalArgumentException if vectors are given that are not of size D
     */
    public NDArray embed(ParameterStore parameters, TokenInput tokens, boolean training) {
        if (tokens.ids() != null) {
            return lookUp(parameters, tokens.ids(), training);
        }
        Shape shape = tokens.vectors().getShape();
        Require.that(
                shape.dimension() == 3 && shape.get(2) == modelSize,
                "inputs_embeds must be (B, T, %s), got %s",
                modelSize,
                shape);
        return tokens.vectors();
    }

    @Override
    public NDArray lookUp(ParameterStore parameters, NDArray ids, boolean training) {
        return Layers.apply(this, parameters, ids, training);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes token ids of any shape (…) as integers and gives their vectors (…, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray ids = inputs.singletonOrThrow(); // (...)
        NDArray vectors = parameters.getValue(weight, ids.getDevice(), training); // (V, D)
        NDList rows = ids.getNDArrayInternal().embedding(ids, vectors, SparseFormat.DENSE);
        return update == null
                ? rows // (..., D)
                : new NDList(
                        update.ofEmbedding(
                                parameters, ids, rows.singletonOrThrow(), vectors, training));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        // an update is initialised when it is made
    }

    @Override
    public Use use() {
        return Use.EMBEDDING;
    }

    @Override
    public Parameter weight() {
        return weight;
    }

    @Override
    public void adapt(LowRankUpdate update) {
        children.clear();
        this.update = update == null ? null : addChildBlock("update", update);
    }

    @Override
    public Optional<LowRankUpdate> update() {
        return Optional.ofNullable(update);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(modelSize)};
    }
}
