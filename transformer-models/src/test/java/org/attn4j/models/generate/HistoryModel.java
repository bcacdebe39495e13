package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.attn4j.attention.capture.AttentionObserver;

/** A model by hand: any function of the source and the tokens so far gives the logits. */
final class HistoryModel implements SequenceToSequenceModel {

    /** The function. */
    interface Logits {
        float[] of(List<Long> source, List<Long> history);
    }

    private final int vocabularySize;
    private final Logits logits;
    final List<Integer> rowsOfSteps = new ArrayList<>();
    boolean joins;
    int timesJoined;

    HistoryModel(int vocabularySize, Logits logits) {
        this.vocabularySize = vocabularySize;
        this.logits = logits;
    }

    /** Logits drawn from the source, without its padding (0), and the history. */
    static HistoryModel random(int vocabularySize, double spread) {
        return new HistoryModel(
                vocabularySize,
                (source, history) -> {
                    List<Long> real = source.stream().filter(id -> id != 0).toList();
                    Random random = new Random(31L * real.hashCode() + history.hashCode());
                    float[] row = new float[vocabularySize];
                    for (int i = 0; i < row.length; i++) {
                        row[i] = (float) (spread * random.nextGaussian());
                    }
                    return row;
                });
    }

    /** Log-probabilities of the next token, computed apart from any tensor. */
    double[] logProbabilities(List<Long> source, List<Long> history) {
        float[] row = logits.of(source, history);
        double sum = 0;
        for (float value : row) {
            sum += Math.exp(value);
        }
        double[] result = new double[row.length];
        for (int i = 0; i < row.length; i++) {
            result[i] = row[i] - Math.log(sum);
        }
        return result;
    }

    @Override
    public int sourceVocabularySize() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int targetVocabularySize() {
        return vocabularySize;
    }

    @Override
    public StepDecoder start(NDManager manager, NDArray sourceIds) {
        List<List<Long>> sources = rows(sourceIds);
        List<List<Long>> histories = new ArrayList<>();
        sources.forEach(source -> histories.add(List.of()));
        return new Decoder(sources, histories);
    }

    @Override
    public NDArray logits(NDArray sourceIds, NDArray decoderInputIds, AttentionObserver observer) {
        List<List<Long>> sources = rows(sourceIds);
        List<List<Long>> inputs = rows(decoderInputIds);
        int length = inputs.get(0).size();
        float[] all = new float[sources.size() * length * vocabularySize];
        for (int i = 0; i < sources.size(); i++) {
            for (int t = 0; t < length; t++) {
                float[] row = logits.of(sources.get(i), inputs.get(i).subList(0, t + 1));
                System.arraycopy(row, 0, all, (i * length + t) * vocabularySize, vocabularySize);
            }
        }
        return decoderInputIds
                .getManager()
                .create(all, new Shape(sources.size(), length, vocabularySize));
    }

    private static List<List<Long>> rows(NDArray ids) {
        long[] flat = ids.toLongArray();
        int length = (int) ids.getShape().get(1);
        List<List<Long>> rows = new ArrayList<>();
        for (int i = 0; i < flat.length; i += length) {
            rows.add(LongStream.of(Arrays.copyOfRange(flat, i, i + length)).boxed().toList());
        }
        return rows;
    }

    private final class Decoder implements StepDecoder {

        private List<List<Long>> sources;
        private List<List<Long>> histories;

        Decoder(List<List<Long>> sources, List<List<Long>> histories) {
            this.sources = sources;
            this.histories = histories;
        }

        @Override
        public int rows() {
            return sources.size();
        }

        @Override
        public NDArray step(NDArray lastIds) {
            rowsOfSteps.add(rows());
            long[] last = lastIds.toLongArray();
            float[] all = new float[last.length * vocabularySize];
            List<List<Long>> longer = new ArrayList<>();
            for (int i = 0; i < last.length; i++) {
                List<Long> history = new ArrayList<>(histories.get(i));
                history.add(last[i]);
                longer.add(history);
                System.arraycopy(
                        logits.of(sources.get(i), history),
                        0,
                        all,
                        i * vocabularySize,
                        vocabularySize);
            }
            histories = longer;
            return lastIds.getManager().create(all, new Shape(last.length, vocabularySize));
        }

        @Override
        public void select(int[] rows) {
            List<List<Long>> oldSources = sources;
            List<List<Long>> oldHistories = histories;
            sources = Arrays.stream(rows).mapToObj(oldSources::get).toList();
            histories = Arrays.stream(rows).mapToObj(oldHistories::get).toList();
        }

        @Override
        public boolean joins() {
            return joins;
        }

        @Override
        public void join(StepDecoder other) {
            timesJoined++;
            Decoder that = (Decoder) other;
            sources = Stream.concat(sources.stream(), that.sources.stream()).toList();
            histories = Stream.concat(histories.stream(), that.histories.stream()).toList();
            that.close();
        }

        @Override
        public void close() {
            sources = List.of();
        }
    }
}
