package org.attn4j.models.model.seq2seq;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.common.Require;
import org.attn4j.models.model.head.Losses;

/** How the decoder's inputs follow from the labels: each token stands one position later. */
@FunctionalInterface
public interface LabelShift {

    /**
     * Shifts labels to the right. Labels that do not count become the padding id.
     *
     * @param labels (B, T) of int64
     * @return decoder inputs (B, T) of int64
     */
    NDArray shift(NDArray labels);

    /**
     * Puts a start token before the labels, as BART, Marian and T5 do.
     *
     * @param startId the token, or null if the configuration has none
     * @param padId the padding id, or null if the configuration has none
     * @return the shift
     */
    static LabelShift startingWith(Integer startId, Integer padId) {
        return labels -> {
            requireId("decoder_start_token_id", startId);
            requireId("pad_token_id", padId);
            return shifted(labels, padId, row -> startId);
        };
    }

    /**
     * Puts the last token of each row before it, the language's as mBART wants it.
     *
     * @param padId the padding id, which fills up rows
     * @return the shift
     */
    static LabelShift wrapping(int padId) {
        return labels ->
                shifted(
                        labels,
                        padId,
                        row -> {
                            // As the reference: as many tokens as are no padding, from the left.
                            int count = (int) Arrays.stream(row).filter(id -> id != padId).count();
                            return row[Math.floorMod(count - 1, row.length)];
                        });
    }

    private static NDArray shifted(NDArray labels, int padId, ToLongFunction<long[]> first) {
        NDManager manager = labels.getManager();
        Shape shape = labels.getShape(); // (B, T)
        int length = Math.toIntExact(shape.get(1));
        long[] ids = labels.toLongArray();
        for (int from = 0; from < ids.length; from += length) {
            long[] row = Arrays.copyOfRange(ids, from, from + length);
            for (int i = 0; i < length; i++) {
                row[i] = row[i] == Losses.IGNORED ? padId : row[i];
            }
            ids[from] = first.applyAsLong(row);
            System.arraycopy(row, 0, ids, from + 1, length - 1);
        }
        return HostArrays.of(manager, ids, shape);
    }

    private static void requireId(String key, Integer id) {
        Require.that(
                id != null,
                "config.json has no %s, which labels are shifted with; add it, or give"
                        + " decoder_input_ids",
                key);
    }
}
