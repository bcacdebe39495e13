package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

/** A trained vector for each token: the rows of {@code weight}, (V, D). */
public final class TokenEmbedding extends AbstractBlock {

    private static final byte VERSION = 1;

    private final long vocabularySize;
    private final long modelSize;
    private final Parameter weight;

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

    /**
     * Returns the number of tokens.
     *
     * @return V
     */
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
     * Returns the parameter, for an output projection that is tied to it.
     *
     * @return the weight, (V, D)
     */
    public Parameter weight() {
        return weight;
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
        return ids.getNDArrayInternal().embedding(ids, vectors, SparseFormat.DENSE); // (..., D)
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(modelSize)};
    }
}
