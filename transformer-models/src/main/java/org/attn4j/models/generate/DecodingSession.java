package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.attn4j.attention.ops.HostArrays;

/**
 * A batch of sources being decoded: hands scores to the search, which works on Java arrays, and
 * frees each step's tensors.
 */
final class DecodingSession implements AutoCloseable {

    /** Room for more positions is not taken before they are needed. */
    private static final int MOST_RESERVED = 4096;

    private final NDManager manager;
    private final StepDecoder decoder;
    private final boolean mendsInvalid;
    private float[] values = {}; // room for the scores of a step

    /**
     * Reads the sources.
     *
     * @param steps how many steps there are at most
     */
    DecodingSession(
            SequenceToSequenceModel model,
            NDManager parent,
            List<SearchInput> inputs,
            GenerationConfig config,
            int steps) {
        mendsInvalid = config.rules().removeInvalid();
        int sourceTokens = model.sourceVocabularySize();
        TokenIds.check(
                GenerationConfigJson.PUBLISHED, config, sourceTokens, model.targetVocabularySize());
        inputs.forEach(input -> TokenIds.check(input.source(), sourceTokens));
        manager = parent.newSubManager();
        try {
            List<int[]> sources = inputs.stream().map(SearchInput::source).toList();
            decoder = model.start(manager, sources, config.padId());
            if (config.cache() == CacheKind.STATIC && steps <= MOST_RESERVED) {
                decoder.reserve(steps);
            }
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /**
     * The scores of a step.
     *
     * @param values row after row, and maybe more behind them; the next step has the same array
     * @param width V, or how many tokens were chosen
     */
    record Scores(float[] values, int width) {}

    /**
     * Decodes one step.
     *
     * @param lastIds the last token of each of R rows
     * @param normalised whether log-probabilities are given, not logits
     * @return scores (R, V), or of the tokens that were chosen
     */
    Scores step(long[] lastIds, boolean normalised) {
        try (NDManager step = manager.newSubManager()) {
            NDArray ids = HostArrays.of(step, lastIds, new Shape(lastIds.length)); // (R)
            NDArray logits = decoder.step(ids).toType(DataType.FLOAT32, false); // (R, V)
            NDArray scores = normalised ? logits.logSoftmax(-1) : logits;
            int count = Math.toIntExact(scores.size());
            if (values.length < count) {
                values = new float[count];
            }
            HostArrays.read(scores, values);
            requireNumbers(count);
            return new Scores(values, count / lastIds.length);
        }
    }

    private void requireNumbers(int count) {
        for (int i = 0; i < count; i++) {
            if (Float.isNaN(values[i]) && !mendsInvalid) {
                throw new IllegalStateException(
                        "the model gives log-probabilities that are NaN; look for NaN or infinite"
                                + " weights");
            }
        }
    }

    /**
     * Computes from now on the scores of some tokens alone.
     *
     * @param tokens rising; null for every token
     * @return whether it does; else it gives those of every token
     */
    boolean choose(int[] tokens) {
        return decoder.choose(tokens);
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

    /** Whether rows of other sessions can join. */
    boolean joins() {
        return decoder.joins();
    }

    /** Takes over the rows of another session, which then has none. */
    void join(DecodingSession other) {
        decoder.join(other.decoder);
    }

    @Override
    public void close() {
        try (manager) {
            decoder.close();
        }
    }
}
