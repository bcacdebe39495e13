package org.attn4j.models.family.longformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.common.Require;
import org.attn4j.models.layer.TokenInput;

/** Which tokens are global where the caller does not say. */
enum LongformerGlobals {
    /** None. */
    NONE,
    /** The first, which a text is classified by. */
    FIRST,
    /** Those of the question, before the first separator. */
    QUESTION,
    /** Those after the question and the two separators that follow it. */
    AFTER_QUESTION;

    /** Texts are a question, two separators, a text and a separator. */
    private static final int SEPARATORS = 3;

    static LongformerGlobals of(String task) {
        return switch (task) {
            case "ForSequenceClassification" -> FIRST;
            case "ForQuestionAnswering" -> QUESTION;
            case "ForMultipleChoice" -> AFTER_QUESTION;
            default -> NONE;
        };
    }

    /**
     * The global tokens, (B, T) of ones and zeros; null for none.
     *
     * @param words (B, T)
     * @param separatorId the id of the separator
     */
    NDArray of(TokenInput words, int separatorId) {
        if (this == NONE) {
            return null;
        }
        Require.that(
                this == FIRST || words.ids() != null,
                "the question is found by the separators of input_ids: with inputs_embeds give"
                        + " global_attention_mask");
        Shape shape = words.shape();
        int length = Math.toIntExact(shape.get(1));
        long[] tokens = this == FIRST ? null : words.ids().toLongArray();
        float[] global = new float[Math.toIntExact(shape.size())];
        for (int start = 0; start < global.length; start += length) {
            int separator = this == FIRST ? 1 : separator(tokens, start, length, separatorId);
            int from = this == AFTER_QUESTION ? Math.min(length, separator + 2) : 0;
            int end = this == AFTER_QUESTION ? length : separator;
            Arrays.fill(global, start + from, start + end, 1);
        }
        return HostArrays.of(words.manager(), global, shape);
    }

    private static int separator(long[] tokens, int start, int length, int separatorId) {
        int first = -1;
        int count = 0;
        for (int i = length - 1; i >= 0; i--) {
            if (tokens[start + i] == separatorId) {
                first = i;
                count++;
            }
        }
        Require.that(
                count == SEPARATORS,
                "input_ids must have three separators (sep_token_id=%s) in each row to tell the"
                        + " question, got %s: give global_attention_mask instead",
                separatorId,
                count);
        return first;
    }
}
