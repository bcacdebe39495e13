package org.attn4j.datasets;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Which pairs stand in which batch of an epoch: a function of lengths, configuration and epoch
 * alone.
 *
 * <p>Pairs are shuffled, sorted by length (stably, so that equals stay shuffled), cut into batches
 * by the token budget, and the batches are shuffled.
 */
final class BatchPlan {

    private final int[] pairs; // in batch order before the shuffling of batches
    private final int[] starts; // batch b of that order is pairs[starts[b] .. starts[b + 1])
    private final int[] order;
    private final long[] before; // pairs in the batches before the b-th

    private BatchPlan(int[] pairs, int[] starts, int[] order) {
        this.pairs = pairs;
        this.starts = starts;
        this.order = order;
        this.before = new long[order.length + 1];
        for (int i = 0; i < order.length; i++) {
            before[i + 1] = before[i] + starts[order[i] + 1] - starts[order[i]];
        }
    }

    static BatchPlan of(PairStore store, BatchingConfig config, long epoch) {
        return of(store.size(), store::sourceLength, store::targetLength, config, epoch);
    }

    /** Plans pairs, or examples of one length: then both functions are the same. */
    static BatchPlan of(
            int size,
            IntUnaryOperator sourceLength,
            IntUnaryOperator targetLength,
            BatchingConfig config,
            long epoch) {
        return of(size, sourceLength, targetLength, null, config, epoch);
    }

    /** Plans pairs of which none shares a key with another of its batch; null for no keys. */
    static BatchPlan of(
            int size,
            IntUnaryOperator sourceLength,
            IntUnaryOperator targetLength,
            IntFunction<? extends Collection<?>> keys,
            BatchingConfig config,
            long epoch) {
        int[] pairs = IntStream.range(0, size).toArray();
        Randomness random = Randomness.of(config.seed(), epoch);
        if (config.shuffle()) {
            random.shuffle(pairs);
        }
        int width = config.bucketWidth();
        int buckets = config.maxLength() / width + 1;
        pairs = sorted(pairs, buckets, pair -> sourceLength.applyAsInt(pair) / width);
        pairs = sorted(pairs, buckets, pair -> targetLength.applyAsInt(pair) / width);
        IntUnaryOperator longer =
                pair -> Math.max(sourceLength.applyAsInt(pair), targetLength.applyAsInt(pair));
        int[] starts = keys == null ? cut(pairs, longer, config) : cut(pairs, longer, keys, config);
        int[] order = IntStream.range(0, starts.length - 1).toArray();
        if (config.shuffle()) {
            random.shuffle(order);
        }
        return new BatchPlan(pairs, starts, order);
    }

    /** A stable counting sort. */
    private static int[] sorted(int[] pairs, int buckets, IntUnaryOperator key) {
        int[] ends = new int[buckets + 1];
        for (int pair : pairs) {
            ends[key.applyAsInt(pair) + 1]++;
        }
        for (int i = 0; i < buckets; i++) {
            ends[i + 1] += ends[i];
        }
        int[] result = new int[pairs.length];
        for (int pair : pairs) {
            result[ends[key.applyAsInt(pair)]++] = pair;
        }
        return result;
    }

    private static int[] cut(int[] pairs, IntUnaryOperator longer, BatchingConfig config) {
        int[] starts = new int[pairs.length + 1];
        int batches = 0;
        int longest = 0;
        for (int i = 0; i < pairs.length; i++) {
            int length = longer.applyAsInt(pairs[i]);
            int rows = i - starts[batches] + 1;
            longest = Math.max(longest, length);
            if (rows > 1 && isOver(rows, longest, config)) {
                starts[++batches] = i;
                longest = length;
            }
        }
        if (pairs.length > 0) {
            starts[++batches] = pairs.length;
        }
        return Arrays.copyOf(starts, batches + 1);
    }

    private static boolean isOver(int rows, int longest, BatchingConfig config) {
        return rows > config.maxSentences() || (long) rows * longest > config.tokensPerBatch();
    }

    /** Cuts and reorders: a pair waits for the first batch that none of its keys is in. */
    private static int[] cut(
            int[] pairs,
            IntUnaryOperator longer,
            IntFunction<? extends Collection<?>> keys,
            BatchingConfig config) {
        Deque<Integer> left = new ArrayDeque<>(pairs.length);
        Arrays.stream(pairs).forEach(left::add);
        int[] starts = new int[pairs.length + 1];
        int batches = 0;
        int used = 0;
        while (!left.isEmpty()) {
            Set<Object> taken = new HashSet<>();
            Deque<Integer> waiting = new ArrayDeque<>();
            int longest = 0;
            while (!left.isEmpty()) {
                int pair = left.peek();
                int rows = used - starts[batches] + 1;
                int length = Math.max(longest, longer.applyAsInt(pair));
                if (rows > 1 && isOver(rows, length, config)) {
                    break;
                }
                left.remove();
                Collection<?> own = keys.apply(pair);
                if (Collections.disjoint(taken, own)) {
                    taken.addAll(own);
                    longest = length;
                    pairs[used++] = pair;
                } else {
                    waiting.add(pair);
                }
            }
            while (!waiting.isEmpty()) {
                left.addFirst(waiting.removeLast());
            }
            starts[++batches] = used;
        }
        return Arrays.copyOf(starts, batches + 1);
    }

    int batches() {
        return order.length;
    }

    int[] pairs(int batch) {
        return Arrays.copyOfRange(pairs, starts[order[batch]], starts[order[batch] + 1]);
    }

    /** The number of pairs up to the end of the batch. */
    long pairsUpTo(int batch) {
        return before[batch + 1];
    }

    long pairCount() {
        return pairs.length;
    }
}
