package org.attn4j.cli.task.pairs;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.task.SequencePairEncoder;

/**
 * Pairs for an encoder-decoder: sources with their mask, the decoder's inputs, and labels in which
 * padding does not count.
 *
 * @param model shifts the labels
 * @param encoder makes the tokens
 * @param padId fills up sources
 */
record SourceTargets(EncoderDecoder model, SequencePairEncoder encoder, int padId)
        implements PairExamples<SourceTargets.Pair> {

    private static final List<String> INPUTS =
            List.of("input_ids", "attention_mask", "decoder_input_ids");

    /**
     * An encoded pair.
     *
     * @param source what is read
     * @param labels what is written
     */
    record Pair(int[] source, int[] labels) {}

    @Override
    public List<String> inputs() {
        return INPUTS;
    }

    @Override
    public Pair encode(SentencePair pair, int most) {
        return new Pair(encoder.source(pair.source(), most), encoder.labels(pair.target(), most));
    }

    @Override
    public int length(Pair example) {
        return Math.max(example.source.length, example.labels.length);
    }

    @Override
    public Columns collate(NDManager manager, List<Pair> pairs, long seed) {
        List<int[]> sources = pairs.stream().map(Pair::source).toList();
        List<int[]> seen = sources.stream().map(SourceTargets::ones).toList();
        NDArray labels = rows(manager, pairs.stream().map(Pair::labels).toList(), Losses.IGNORED);
        return new Columns(
                new NDList(
                        rows(manager, sources, padId), // (B, S)
                        rows(manager, seen, 0), // (B, S)
                        model.decoderInputs(labels)), // (B, T)
                new NDList(labels)); // (B, T)
    }

    private static int[] ones(int[] ids) {
        int[] ones = new int[ids.length];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static NDArray rows(NDManager manager, List<int[]> rows, long filling) {
        int width = Math.max(1, rows.stream().mapToInt(row -> row.length).max().orElseThrow());
        long[] ids = new long[rows.size() * width];
        Arrays.fill(ids, filling);
        for (int i = 0; i < rows.size(); i++) {
            for (int j = 0; j < rows.get(i).length; j++) {
                ids[i * width + j] = rows.get(i)[j];
            }
        }
        return HostArrays.of(manager, ids, new Shape(rows.size(), width));
    }
}
