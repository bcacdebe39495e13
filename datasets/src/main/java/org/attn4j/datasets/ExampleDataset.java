package org.attn4j.datasets;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.util.Progress;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * Encoded examples as batches, for DJL's {@code Trainer}: length-bucketed, shuffled, and cut by a
 * token budget. The batches of an epoch are a function of examples, configuration and epoch alone,
 * and may be taken up at any batch.
 *
 * @param <E> an encoded example
 */
public final class ExampleDataset<E> implements Dataset {

    private final List<E> examples;
    private final int[] lengths;
    private final BatchingConfig config;
    private final Collator<E> collator;
    private final Function<E, ? extends Collection<?>> keys; // null for none
    private final AtomicLong nextEpoch = new AtomicLong();

    private ExampleDataset(
            List<E> examples,
            int[] lengths,
            BatchingConfig config,
            Collator<E> collator,
            Function<E, ? extends Collection<?>> keys) {
        this.examples = List.copyOf(examples);
        this.lengths = lengths;
        this.config = config;
        this.collator = collator;
        this.keys = keys;
    }

    /**
     * Creates a dataset.
     *
     * @param <E> an encoded example
     * @param examples the examples
     * @param length how many tokens an example has, at most {@code maxLength}: what the token
     *     budget of a batch counts
     * @param config how batches are made; its ids are not looked at
     * @param collator makes the arrays of a batch
     * @return the dataset
     * @throws IllegalArgumentException if there is no example, or one is too long
     */
    public static <E> ExampleDataset<E> of(
            List<E> examples,
            ToIntFunction<E> length,
            BatchingConfig config,
            Collator<E> collator) {
        Require.that(!examples.isEmpty(), "the data hold no example: check their files");
        int[] lengths = examples.stream().mapToInt(length).toArray();
        int longest = Arrays.stream(lengths).max().orElseThrow();
        Require.that(
                longest <= config.maxLength(),
                "examples must have at most maxLength tokens, got %s, maxLength=%s",
                longest,
                config.maxLength());
        return new ExampleDataset<>(examples, lengths, config, collator, null);
    }

    /**
     * Returns a dataset of the same examples none of which shares a key with another of its batch:
     * what a loss needs that takes the examples beside one for its opposites.
     *
     * @param other the keys of an example, such as its texts
     * @return the dataset
     */
    public ExampleDataset<E> distinctBy(Function<E, ? extends Collection<?>> other) {
        return new ExampleDataset<>(examples, lengths, config, collator, other);
    }

    /** Does nothing: the examples are encoded. */
    @Override
    public void prepare(Progress progress) {
        // nothing to do
    }

    /**
     * Returns the batches of the next epoch: the first call gives those of epoch 0, as {@code
     * Trainer.iterateDataset} wants it.
     *
     * @param manager the parent of the batches' managers
     * @return the batches; iterating anew gives the same epoch again
     */
    @Override
    public Iterable<Batch> getData(NDManager manager) {
        long epoch = nextEpoch.getAndIncrement();
        return () -> batches(manager, epoch, 0);
    }

    /**
     * Returns the batches of an epoch from a given one on; batches before it are not made.
     *
     * @param manager the parent of the batches' managers; arrays are made on its device. Each batch
     *     has a manager of its own, closed with the batch: close every batch.
     * @param epoch the epoch, from 0
     * @param fromBatch the first batch, from 0
     * @return the batches, each an {@link ExampleBatch}
     * @throws IllegalArgumentException if the epoch has fewer batches
     */
    public Iterator<Batch> batches(NDManager manager, long epoch, long fromBatch) {
        BatchPlan plan = plan(epoch);
        Require.that(
                fromBatch >= 0 && fromBatch <= plan.batches(),
                "fromBatch must be between 0 and the %s batches of the epoch, got %s",
                plan.batches(),
                fromBatch);
        return new Iterator<>() {
            private int next = (int) fromBatch;

            @Override
            public boolean hasNext() {
                return next < plan.batches();
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return batch(manager, plan, epoch, next++);
            }
        };
    }

    /**
     * Returns the number of examples.
     *
     * @return the number of examples
     */
    public int size() {
        return examples.size();
    }

    /**
     * Returns the number of batches in an epoch.
     *
     * @param epoch the epoch, from 0
     * @return the number of batches
     */
    public long batchCount(long epoch) {
        return plan(epoch).batches();
    }

    private BatchPlan plan(long epoch) {
        return BatchPlan.of(
                lengths.length,
                i -> lengths[i],
                i -> lengths[i],
                keys == null ? null : i -> keys.apply(examples.get(i)),
                config,
                epoch);
    }

    private Batch batch(NDManager parent, BatchPlan plan, long epoch, int index) {
        int[] chosen = plan.pairs(index);
        List<E> rows = IntStream.of(chosen).mapToObj(examples::get).toList();
        long seed = Randomness.of(Randomness.of(config.seed(), epoch).nextLong(), index).nextLong();
        NDManager manager = parent.newSubManager();
        try {
            Collator.Columns columns = collator.collate(manager, rows, seed);
            return new ExampleBatch(
                    manager,
                    columns.data(),
                    columns.labels(),
                    IntStream.of(chosen).asLongStream().toArray(),
                    plan.pairsUpTo(index),
                    plan.pairCount());
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }
}
