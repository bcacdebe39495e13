package org.attn4j.models.family.bigbird;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.encoder.EncoderConfig;
import org.attn4j.models.model.head.QuestionAnsweringHead;

/**
 * Finds where in a text an answer starts and ends, out of one more feed-forward layer. Gives {@code
 * start_logits} and {@code end_logits}, both (B, T), and {@code loss} with {@code start_positions}
 * and {@code end_positions} (B).
 *
 * <p>The question, up to the first {@code sep_token_id}, has no part in the answer but for the
 * first token: its logits are lowered by 10⁶. {@code question_lengths} (B, 1) tells its length
 * otherwise. Without {@code token_type_ids} the question is of type 0 and the rest of type 1.
 */
final class AnswerHead extends QuestionAnsweringHead {

    private static final double LOWERED = 1e6;

    private final float dropout;
    private final int separatorId;
    private final FeedForward feedForward;
    private final LayerNorm norm;

    AnswerHead(EncoderConfig config, int separatorId) {
        super(config.hiddenSize(), 0, "start_positions", "end_positions", "question_lengths");
        this.separatorId = separatorId;
        dropout = config.hiddenDropout();
        feedForward =
                addChildBlock(
                        "feed_forward",
                        new FeedForward(
                                config.hiddenSize(), config.innerSize(), config.activation(), 0));
        norm = addChildBlock("layer_norm", new LayerNorm(config.hiddenSize(), config.epsilon()));
    }

    /** Tells question and text apart by their types. */
    @Override
    public ModelInputs baseInputs(ModelInputs in) {
        if (in.get("token_type_ids") != null) {
            return in;
        }
        NDArray types = Scalars.subtract(1, question(in)); // (B, T)
        return in.with("token_type_ids", types.toType(DataType.INT64, false));
    }

    @Override
    protected NDArray logits(
            ParameterStore parameters, NDArray states, ModelInputs in, boolean training) {
        NDArray x = Layers.dropout(states, dropout, training); // (B, T, D)
        x = Layers.dropout(Layers.apply(feedForward, parameters, x, training), dropout, training);
        x = Layers.apply(norm, parameters, x.add(states), training);
        NDArray logits = super.logits(parameters, x, in, training); // (B, T, 2)
        if (in.arrays().isEmpty()) { // a block of its own, without the model's inputs
            return logits;
        }
        NDArray first = states.getManager().zeros(new Shape(states.getShape().get(0), 1));
        NDArray asked = first.concat(question(in).get(":, 1:"), 1); // (B, T)
        NDArray lowered = Scalars.multiply(asked, LOWERED);
        return logits.sub(lowered.expandDims(2).toType(logits.getDataType(), false));
    }

    /** Ones for the tokens of the question and zeros for the others, (B, T). */
    private NDArray question(ModelInputs in) {
        Shape shape = in.tokenShape();
        int batch = Math.toIntExact(shape.get(0));
        int length = Math.toIntExact(shape.get(1));
        NDArray given = in.get("question_lengths");
        long[] lengths =
                given == null
                        ? lengths(in.require("input_ids").toLongArray(), length)
                        : given.toLongArray();
        Require.that(
                lengths.length == batch,
                "question_lengths must be one for each of %s texts, got %s",
                batch,
                lengths.length);
        float[] question = new float[batch * length];
        for (int i = 0; i < question.length; i++) {
            question[i] = i % length < lengths[i / length] ? 1 : 0;
        }
        NDManager manager = in.arrays().values().iterator().next().getManager();
        return HostArrays.of(manager, question, shape);
    }

    /** The separator counts as part of the question; so does the first token if there is none. */
    private long[] lengths(long[] ids, int length) {
        long[] lengths = new long[ids.length / length];
        for (int b = 0; b < lengths.length; b++) {
            int separator = 0;
            while (separator < length && ids[b * length + separator] != separatorId) {
                separator++;
            }
            lengths[b] = separator == length ? 1 : separator + 1;
        }
        return lengths;
    }
}
