package org.attn4j.datasets;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.util.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A parallel corpus as batches of ids, for DJL's {@code Trainer}: length-bucketed, shuffled, cut by
 * a token budget, padded.
 *
 * <p>The corpus is read and encoded once, by {@link #prepare}. The ids are kept in compact arrays,
 * up to a share of the heap, and beyond that in a mapped temporary file; of the texts nothing is
 * kept. What is needed on the heap whatever the corpus is 20 bytes a pair, and 12 bytes a pair
 * while an epoch runs.
 *
 * <p>The batches of an epoch are a function of corpus, configuration and epoch alone, the same on
 * every engine, and may be taken up at any batch: see {@link #batches(NDManager, long, long)}.
 * Several iterations may run at a time.
 */
public final class ParallelDataset implements Dataset, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ParallelDataset.class);

    private final ParallelCorpus corpus;
    private final SequenceEncoder sourceEncoder;
    private final SequenceEncoder targetEncoder;
    private final BatchingConfig config;
    private final long heapTokens;
    private final Path temporaryFolder;
    private final AtomicLong nextEpoch = new AtomicLong();
    private PairStore store;
    private DatasetStatistics statistics;

    private ParallelDataset(Builder builder) {
        corpus = Objects.requireNonNull(builder.corpus, "setCorpus must be called");
        sourceEncoder = Objects.requireNonNull(builder.source, "setEncoders must be called");
        targetEncoder = Objects.requireNonNull(builder.target, "setEncoders must be called");
        config = builder.batching;
        heapTokens = builder.heapTokens;
        temporaryFolder = builder.temporaryFolder;
    }

    /**
     * Returns a builder.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads and encodes the corpus, once; further calls do nothing. Pairs with an empty side and
     * overlong pairs are treated as the configuration says, counted, and reported in one log line.
     *
     * @param progress told of each pair, or null
     * @throws IOException if the corpus cannot be read, or leaves no pair to use
     */
    @Override
    public synchronized void prepare(Progress progress) throws IOException {
        if (store != null) {
            return;
        }
        long most = Math.multiplyExact(2L, config.maxLength());
        PairStore pairs = new PairStore(Math.toIntExact(most), heapTokens, temporaryFolder);
        try {
            statistics = encode(pairs, progress);
            pairs.finish();
        } catch (IOException | RuntimeException e) {
            pairs.close();
            throw e;
        }
        store = pairs;
    }

    private DatasetStatistics encode(PairStore pairs, Progress progress) throws IOException {
        if (progress != null) {
            progress.reset("Encoding " + corpus.name(), Math.max(corpus.size(), 0));
        }
        PairEncoder encoder = new PairEncoder(sourceEncoder, targetEncoder, config);
        try (Stream<SentencePair> stream = corpus.open()) {
            int number = 0;
            for (Iterator<SentencePair> i = stream.iterator(); i.hasNext(); ) {
                PairEncoder.Encoded encoded = encoder.encode(i.next());
                if (encoded != null) {
                    pairs.add(encoded.source(), encoded.target(), number);
                }
                number = Math.incrementExact(number);
                if (progress != null) {
                    progress.increment(1);
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            if (progress != null) {
                progress.end();
            }
        }
        DatasetStatistics result = encoder.statistics();
        report(result);
        return result;
    }

    private void report(DatasetStatistics result) throws CorpusException {
        String left =
                String.format(
                        "%,d pairs kept, %,d with an empty side skipped, %,d longer than %s tokens"
                                + " skipped, %,d truncated",
                        result.pairs(),
                        result.empty(),
                        result.overlong(),
                        config.maxLength(),
                        result.truncated());
        if (result.pairs() == 0) {
            throw new CorpusException(
                    "%s leaves no pair to use (%s): check the files, or raise maxLength"
                            .formatted(corpus.name(), left));
        }
        if (result.empty() + result.overlong() + result.truncated() > 0) {
            LOGGER.warn("{}: {}", corpus.name(), left);
        } else {
            LOGGER.info("{}: {}", corpus.name(), left);
        }
    }

    /**
     * Returns what became of the corpus, encoding it if that has not been done.
     *
     * @return the counts
     * @throws IOException if the corpus cannot be read
     */
    public DatasetStatistics statistics() throws IOException {
        prepare(null);
        return statistics;
    }

    /**
     * Returns how batches are made.
     *
     * @return the configuration
     */
    public BatchingConfig config() {
        return config;
    }

    /**
     * Returns the batches of the next epoch: the first call gives those of epoch 0, the second
     * those of epoch 1, and so on, as {@code Trainer.iterateDataset} wants it.
     *
     * @param manager the parent of the batches' managers; arrays are made on its device
     * @return the batches; iterating anew gives the same epoch again
     * @throws IOException if the corpus cannot be read
     */
    @Override
    public Iterable<Batch> getData(NDManager manager) throws IOException {
        prepare(null);
        long epoch = nextEpoch.getAndIncrement();
        return () -> batches(manager, epoch, 0);
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

    /**
     * Returns the batches of an epoch from a given one on. Batches before it are not made, so
     * taking up an interrupted epoch costs no more than beginning it.
     *
     * @param manager the parent of the batches' managers; arrays are made on its device. Each batch
     *     has a manager of its own, closed with the batch: close every batch.
     * @param epoch the epoch, from 0
     * @param fromBatch the first batch, from 0
     * @return the batches, each a {@link TokenBatch}
     * @throws UncheckedIOException if the corpus has not been encoded yet and cannot be read
     */
    public Iterator<Batch> batches(NDManager manager, long epoch, long fromBatch) {
        BatchPlan plan = plan(epoch);
        if (fromBatch < 0 || fromBatch > plan.batches()) {
            throw new IllegalArgumentException(
                    "fromBatch must be between 0 and the %s batches of the epoch, got %s"
                            .formatted(plan.batches(), fromBatch));
        }
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
                return batch(manager, plan, next++);
            }
        };
    }

    private BatchPlan plan(long epoch) {
        try {
            prepare(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return BatchPlan.of(store, config, epoch);
    }

    private TokenBatch batch(NDManager parent, BatchPlan plan, int index) {
        int[] pairs = plan.pairs(index);
        int rows = pairs.length;
        int[] sourceLengths = Arrays.stream(pairs).map(store::sourceLength).toArray();
        int[] targetLengths = Arrays.stream(pairs).map(store::targetLength).toArray();
        int sourceWidth = Math.max(1, Arrays.stream(sourceLengths).max().orElseThrow());
        int targetWidth = Arrays.stream(targetLengths).max().orElseThrow();
        long[] source = padding(rows * sourceWidth);
        long[] input = padding(rows * targetWidth);
        long[] target = padding(rows * targetWidth);
        long[] numbers = new long[rows];
        for (int row = 0; row < rows; row++) {
            int start = row * targetWidth;
            store.source(pairs[row], source, row * sourceWidth);
            store.target(pairs[row], target, start);
            input[start] = config.decoderStartId();
            System.arraycopy(target, start, input, start + 1, targetLengths[row] - 1);
            numbers[row] = store.number(pairs[row]);
        }
        NDManager manager = parent.newSubManager();
        try {
            NDArray sourceIds =
                    IdArrays.of(manager, source, new Shape(rows, sourceWidth)); // (B, S)
            NDArray inputIds = IdArrays.of(manager, input, new Shape(rows, targetWidth)); // (B, T)
            NDArray targetIds =
                    IdArrays.of(manager, target, new Shape(rows, targetWidth)); // (B, T)
            return new TokenBatch(
                    manager,
                    new NDList(sourceIds, inputIds),
                    new NDList(targetIds),
                    numbers,
                    sourceLengths,
                    targetLengths,
                    plan.pairsUpTo(index),
                    plan.pairCount());
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private long[] padding(int length) {
        long[] ids = new long[length];
        Arrays.fill(ids, config.padId());
        return ids;
    }

    /**
     * Frees the encoded corpus and its temporary file. Batches already made stay usable.
     *
     * @throws IOException if the temporary file cannot be closed
     */
    @Override
    public synchronized void close() throws IOException {
        if (store != null) {
            store.close();
        }
    }

    /** Builds a {@link ParallelDataset}. */
    public static final class Builder {

        private ParallelCorpus corpus;
        private SequenceEncoder source;
        private SequenceEncoder target;
        private BatchingConfig batching = BatchingConfig.builder().build();
        private long heapTokens = Runtime.getRuntime().maxMemory() / 4 / Integer.BYTES;
        private Path temporaryFolder;

        private Builder() {}

        /**
         * Sets the corpus.
         *
         * @param pairs the corpus
         * @return this builder
         */
        public Builder setCorpus(ParallelCorpus pairs) {
            this.corpus = pairs;
            return this;
        }

        /**
         * Sets how texts become ids.
         *
         * @param sourceSide encodes sources
         * @param targetSide encodes targets
         * @return this builder
         */
        public Builder setEncoders(SequenceEncoder sourceSide, SequenceEncoder targetSide) {
            this.source = sourceSide;
            this.target = targetSide;
            return this;
        }

        /**
         * Sets how batches are made.
         *
         * @param config the configuration
         * @return this builder
         */
        public Builder optBatching(BatchingConfig config) {
            this.batching = Objects.requireNonNull(config, "config");
            return this;
        }

        /**
         * Sets how many ids stay on the heap before a temporary file takes the rest; by default
         * they may fill a quarter of the largest heap.
         *
         * @param tokens the number of ids, of 4 bytes each
         * @return this builder
         */
        public Builder optHeapTokens(long tokens) {
            this.heapTokens = tokens;
            return this;
        }

        /**
         * Sets the folder of the temporary file; by default the system's.
         *
         * @param folder an existing folder
         * @return this builder
         */
        public Builder optTemporaryFolder(Path folder) {
            this.temporaryFolder = folder;
            return this;
        }

        /**
         * Builds the dataset. Nothing is read yet.
         *
         * @return the dataset
         */
        public ParallelDataset build() {
            return new ParallelDataset(this);
        }
    }
}
