package org.attn4j.models.model.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelOutputs;

/**
 * Classifies sequences, or gives each a number: {@code
 * out_proj(dropout(activation(dense(dropout(vector)))))} of one vector for each sequence, with the
 * dense layer or without. Gives {@code logits} (B, C), and {@code loss} with {@code labels}: (B) of
 * int64 for one class each, (B) or (B, C) of numbers for regression and for several classes each.
 */
public class SequenceHead extends Head {

    private final Summary summary;
    private final ProblemType problemType;
    private final LinearBlock dense; // null for none
    private final LinearBlock projection;

    /** What stands for a sequence. */
    public enum Vector {
        /** The pooled vector. */
        POOLED,
        /** The state of the first token. */
        FIRST,
        /** The state of the last token, padding or not. */
        LAST,
        /** The mean of all states, those of padding too. */
        MEAN
    }

    /**
     * From the states of a sequence to the vector that is classified.
     *
     * @param vector what stands for a sequence
     * @param dense whether there is a dense layer
     * @param activation what follows it
     * @param firstDropout the rate before the dense layer
     * @param lastDropout the rate after the activation
     */
    public record Summary(
            Vector vector,
            boolean dense,
            Activation activation,
            float firstDropout,
            float lastDropout) {

        /**
         * The pooled vector.
         *
         * @param dropout the rate
         * @return the summary
         */
        public static Summary pooled(float dropout) {
            return new Summary(Vector.POOLED, false, Activation.LINEAR, dropout, 0);
        }

        /**
         * A dense layer on the state of the first token.
         *
         * @param activation the activation
         * @param dropout the rate before and after
         * @return the summary
         */
        public static Summary first(Activation activation, float dropout) {
            return new Summary(Vector.FIRST, true, activation, dropout, dropout);
        }
    }

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param summary what is classified
     * @param classes C
     * @param problemType what the logits are trained to be; null to tell it from the labels
     */
    public SequenceHead(int modelSize, Summary summary, int classes, ProblemType problemType) {
        this(modelSize, summary, classes, true, problemType);
    }

    /**
     * Creates the head.
     *
     * @param modelSize D
     * @param summary what is classified
     * @param classes C
     * @param bias whether the last map has one
     * @param problemType what the logits are trained to be; null to tell it from the labels
     */
    protected SequenceHead(
            int modelSize, Summary summary, int classes, boolean bias, ProblemType problemType) {
        super(modelSize, "labels");
        this.summary = summary;
        this.problemType = problemType;
        dense = summary.dense ? linear("dense", modelSize) : null;
        projection = addChildBlock("out_proj", LinearBlock.of(classes, bias));
    }

    @Override
    public ModelOutputs apply(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        NDArray logits = logits(parameters, encoded, in, training); // (B, C)
        return outputs(logits, in, (x, labels) -> ProblemType.loss(problemType, x, labels));
    }

    /**
     * Scores sequences.
     *
     * @param parameters where the parameters are found
     * @param encoded what the base model gives
     * @param in the model's inputs
     * @param training whether dropout applies
     * @return logits (B, C)
     */
    public final NDArray logits(
            ParameterStore parameters, BaseOutput encoded, ModelInputs in, boolean training) {
        NDArray x = Layers.dropout(vector(encoded, in), summary.firstDropout, training); // (B, D)
        if (dense != null) {
            x = Layers.apply(dense, parameters, x, training);
        }
        x = Layers.dropout(summary.activation.apply(x), summary.lastDropout, training);
        return Layers.apply(projection, parameters, x, training); // (B, C)
    }

    /**
     * Returns what stands for each sequence.
     *
     * @param encoded what the base model gives
     * @param in the model's inputs
     * @return (B, D)
     */
    protected NDArray vector(BaseOutput encoded, ModelInputs in) {
        return switch (summary.vector) {
            case POOLED -> encoded.pooled();
            case FIRST -> encoded.states().get(new NDIndex(":, 0"));
            case LAST -> encoded.states().get(new NDIndex(":, -1"));
            case MEAN -> encoded.states().mean(new int[] {1});
        };
    }
}
