package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.List;

/**
 * A batch of sources being decoded: hands log-probabilities to the search, which works on Java
 * arrays, and frees each step's tensors.
 */
final class DecodingSession implements AutoCloseable {

    private final NDManager manager;
    private final StepDecoder decoder;

    DecodingSession(
            SequenceToSequenceModel model, NDManager parent, List<int[]> sources, int padId) {
        manager = parent.newSubManager();
        try {
            decoder = model.start(manager, sources, padId);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /**
     * Decodes one step.
     *
     * @param lastIds the last token of each row
     * @return log-probabilities (R, V), row after row
     */
    float[] step(long[] lastIds) {
        try (NDManager step = manager.newSubManager()) {
            NDArray logits = decoder.step(step.create(lastIds)); // (R, V)
            NDArray logProbabilities = logits.toType(DataType.FLOAT32, false).logSoftmax(-1);
            return requireNumbers(logProbabilities.toFloatArray());
        }
    }

    private static float[] requireNumbers(float[] values) {
        for (float value : values) {
            if (Float.isNaN(value)) {
                throw new IllegalStateException(
                        "the model gives log-probabilities that are NaN; look for NaN or infinite"
                                + " weights");
            }
        }
        return values;
    }

    /** Goes on with some rows; when they are all of them in their order there is nothing to do. */
    void select(int[] rows) {
        boolean same = rows.length == decoder.rows();
        for (int i = 0; same && i < rows.length; i++) {
            same = rows[i] == i;
        }
        if (!same) {
            decoder.select(rows);
        }
    }

    @Override
    public void close() {
        try (manager) {
            decoder.close();
        }
    }
}
