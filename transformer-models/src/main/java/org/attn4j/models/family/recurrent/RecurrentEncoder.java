package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.recurrent.RecurrentOutput;
import org.attn4j.attention.recurrent.RecurrentStack;
import org.attn4j.models.layer.TokenEmbedding;

/**
 * Reads a source: token vectors and a recurrent stack over them, whose states are the annotations
 * that a decoder attends to (Bahdanau et al. 2015, section 3.2, with both directions).
 *
 * <p>Children are {@code embed_tokens} (V, E), unless it is shared, and {@code rnn}.
 */
public final class RecurrentEncoder extends AbstractBlock {

    private static final byte VERSION = 1;

    private final TokenEmbedding embedding;
    private final RecurrentStack rnn;
    private final float dropout;

    /**
     * Creates an encoder.
     *
     * @param embedding the token vectors
     * @param shared whether they serve the decoder too, and are a child of the model
     * @param rnn what runs over them; its input size is theirs
     * @param dropout the dropout of the vectors in training, in [0, 1)
     */
    public RecurrentEncoder(
            TokenEmbedding embedding, boolean shared, RecurrentStack rnn, float dropout) {
        super(VERSION);
        this.embedding = shared ? embedding : addChildBlock("embed_tokens", embedding);
        this.rnn = addChildBlock("rnn", rnn);
        this.dropout = dropout;
    }

    /**
     * Reads sources.
     *
     * @param parameters where the parameters are found
     * @param ids (B, S) int64
     * @param visible which of them are no padding, (B, S); null for all
     * @param training whether dropout applies
     * @return the annotations (B, S, dm), and the last states
     */
    public RecurrentOutput encode(
            ParameterStore parameters, NDArray ids, NDArray visible, boolean training) {
        NDArray vectors =
                embedding.forward(parameters, new NDList(ids), training).singletonOrThrow();
        if (training && dropout > 0) {
            vectors = Kernels.of(vectors.getManager()).dropout().dropout(vectors, dropout);
        }
        return rnn.run(parameters, vectors, visible, null, training);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes {@code [ids]} or {@code [ids, visible]} and gives the annotations.
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray visible = inputs.size() > 1 ? inputs.get(1) : null;
        return new NDList(encode(parameters, inputs.get(0), visible, training).output());
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        embedding.initialize(manager, dataType, new Shape(1, 1));
        rnn.initialize(manager, dataType, new Shape(1, 1, embedding.modelSize()));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(rnn.outputSize())};
    }
}
