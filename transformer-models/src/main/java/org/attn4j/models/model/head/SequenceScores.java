package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.attn4j.attention.ops.Linear;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.Layers;

/**
 * From the states of a sequence to one row of logits, in the variants of the families: from the
 * pooled vector, the state of one token or the mean of all, with a dense layer and its activation
 * in between or without, and with dropout before that layer or only after it.
 */
public final class SequenceScores extends AbstractBlock {

    private static final byte VERSION = 1;

    private final int modelSize;
    private final Summary summary;
    private final Linear dense; // null for none
    private final Activation activation;
    private final float firstDropout;
    private final float lastDropout;
    private final Linear projection;

    /** What stands for a sequence. */
    public enum Summary {
        /** The pooled vector. */
        POOLED,
        /** The state of the first token. */
        FIRST,
        /** The state of the last token, padding or not. */
        LAST,
        /** The mean of all states, those of padding too. */
        MEAN
    }

    private SequenceScores(
            int modelSize,
            Summary summary,
            boolean projected,
            Activation activation,
            float firstDropout,
            float lastDropout,
            int classes) {
        super(VERSION);
        this.modelSize = modelSize;
        this.summary = summary;
        this.activation = activation;
        this.firstDropout = firstDropout;
        this.lastDropout = lastDropout;
        dense =
                projected
                        ? addChildBlock("dense", Linear.builder().setUnits(modelSize).build())
                        : null;
        projection = addChildBlock("out_proj", Linear.builder().setUnits(classes).build());
    }

    /**
     * {@code out_proj(dropout(pooled))}: BERT, ALBERT.
     *
     * @param modelSize D
     * @param dropout the rate
     * @param classes C
     * @return the block
     */
    public static SequenceScores ofPooled(int modelSize, float dropout, int classes) {
        return new SequenceScores(
                modelSize, Summary.POOLED, false, Activation.LINEAR, dropout, 0, classes);
    }

    /**
     * {@code out_proj(dropout(activation(dense(dropout(pooled)))))}: BART, mBART, T5, whose vector
     * of a sequence is the decoder's state at the last end token.
     *
     * @param modelSize D
     * @param activation the activation
     * @param dropout the rate of both
     * @param classes C
     * @return the block
     */
    public static SequenceScores ofPooled(
            int modelSize, Activation activation, float dropout, int classes) {
        return new SequenceScores(
                modelSize, Summary.POOLED, true, activation, dropout, dropout, classes);
    }

    /**
     * {@code out_proj(dropout(activation(dense(dropout(first)))))}: RoBERTa, ELECTRA, MPNet.
     *
     * @param modelSize D
     * @param activation the activation
     * @param dropout the rate of both
     * @param classes C
     * @return the block
     */
    public static SequenceScores ofFirst(
            int modelSize, Activation activation, float dropout, int classes) {
        return new SequenceScores(
                modelSize, Summary.FIRST, true, activation, dropout, dropout, classes);
    }

    /**
     * The same with two rates; DistilBERT has no dropout before the dense layer.
     *
     * @param modelSize D
     * @param activation the activation
     * @param firstDropout the rate before the dense layer
     * @param lastDropout the rate after its activation
     * @param classes C
     * @return the block
     */
    public static SequenceScores ofFirst(
            int modelSize,
            Activation activation,
            float firstDropout,
            float lastDropout,
            int classes) {
        return new SequenceScores(
                modelSize, Summary.FIRST, true, activation, firstDropout, lastDropout, classes);
    }

    /**
     * {@code out_proj(dropout(activation(dense(dropout(summary)))))}, with the dense layer or
     * without: the choices of ELECTRA.
     *
     * @param modelSize D
     * @param summary what stands for a sequence
     * @param projected whether there is a dense layer
     * @param activation the activation
     * @param firstDropout the rate before the dense layer
     * @param lastDropout the rate after the activation
     * @param classes C
     * @return the block
     */
    public static SequenceScores ofSummary(
            int modelSize,
            Summary summary,
            boolean projected,
            Activation activation,
            float firstDropout,
            float lastDropout,
            int classes) {
        return new SequenceScores(
                modelSize, summary, projected, activation, firstDropout, lastDropout, classes);
    }

    /**
     * Scores sequences.
     *
     * @param parameters where the parameters are found
     * @param encoded the states
     * @param training whether dropout applies
     * @return logits (B, C)
     */
    public NDArray logits(ParameterStore parameters, EncoderOutput encoded, boolean training) {
        NDArray x = // (B, D)
                switch (summary) {
                    case POOLED -> encoded.pooled();
                    case FIRST -> encoded.states().get(new NDIndex(":, 0"));
                    case LAST -> encoded.states().get(new NDIndex(":, -1"));
                    case MEAN -> encoded.states().mean(new int[] {1});
                };
        return Layers.apply(this, parameters, x, training);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes one vector for each sequence, (B, D), and gives logits (B, C).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = Layers.dropout(inputs.singletonOrThrow(), firstDropout, training); // (B, D)
        if (dense != null) {
            x = Layers.apply(dense, parameters, x, training);
        }
        x = Layers.dropout(activation.apply(x), lastDropout, training);
        return projection.forward(parameters, new NDList(x), training); // (B, C)
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, new Shape(1, modelSize));
        }
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return projection.getOutputShapes(inputShapes);
    }
}
