package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Blocks;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class ParallelDatasetTest {

    /** Words are numbers already; ids leave room for pad 0, start 1 and end 2. */
    private static final SequenceEncoder NUMBERS =
            text ->
                    text.isBlank()
                            ? new int[0]
                            : Arrays.stream(text.split(" "))
                                    .mapToInt(word -> Integer.parseInt(word) + 3)
                                    .toArray();

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TestEngine.newManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static ParallelCorpus pairs(String... sourcesAndTargets) {
        List<SentencePair> pairs = new ArrayList<>();
        for (int i = 0; i < sourcesAndTargets.length; i += 2) {
            pairs.add(new SentencePair(sourcesAndTargets[i], sourcesAndTargets[i + 1]));
        }
        return ParallelCorpus.of("pairs", pairs);
    }

    /** Pairs of 1 to 20 words, a side up to three words longer than the other. */
    private static ParallelCorpus corpus(int size) {
        Randomness random = new Randomness(7);
        List<SentencePair> pairs = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int length = 1 + random.nextInt(17);
            pairs.add(
                    new SentencePair(
                            words(random, length + random.nextInt(4)),
                            words(random, length + random.nextInt(4))));
        }
        return ParallelCorpus.of("random", pairs);
    }

    private static String words(Randomness random, int length) {
        return String.join(
                " ",
                IntStream.range(0, length)
                        .mapToObj(i -> Integer.toString(random.nextInt(100)))
                        .toList());
    }

    private static BatchingConfig.Builder config() {
        return BatchingConfig.builder().optTokensPerBatch(100).optMaxLength(40).optSeed(3);
    }

    private static ParallelDataset dataset(ParallelCorpus corpus, BatchingConfig config) {
        return ParallelDataset.builder()
                .setCorpus(corpus)
                .setEncoders(NUMBERS, NUMBERS)
                .optBatching(config)
                .build();
    }

    /** What is in a batch, apart from any engine. */
    private record Content(
            List<?> numbers, Shape source, long[] sourceIds, long[] inputIds, long[] targetIds) {

        static Content of(Batch batch) {
            NDArray source = batch.getData().get(0);
            return new Content(
                    batch.getIndices(),
                    source.getShape(),
                    source.toLongArray(),
                    batch.getData().get(1).toLongArray(),
                    batch.getLabels().singletonOrThrow().toLongArray());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Content that && toString().equals(that.toString());
        }

        @Override
        public int hashCode() {
            return toString().hashCode();
        }

        @Override
        public String toString() {
            return numbers
                    + " "
                    + source
                    + Arrays.toString(sourceIds)
                    + Arrays.toString(inputIds)
                    + Arrays.toString(targetIds);
        }
    }

    private static List<Content> contents(Iterator<Batch> batches) {
        List<Content> contents = new ArrayList<>();
        while (batches.hasNext()) {
            try (Batch batch = batches.next()) {
                contents.add(Content.of(batch));
            }
        }
        return contents;
    }

    @Test
    void laysOutABatch() {
        BatchingConfig config = config().optShuffle(false).build();
        ParallelDataset dataset = dataset(pairs("10 11 12", "20", "13", "21 22"), config);
        Iterator<Batch> batches = dataset.batches(manager, 0, 0);
        try (Batch batch = batches.next()) {
            NDArray source = batch.getData().get(0);
            NDArray input = batch.getData().get(1);
            NDArray target = batch.getLabels().singletonOrThrow();
            assertEquals(2, batch.getData().size());
            for (NDArray array : List.of(source, input, target)) {
                assertEquals(DataType.INT64, array.getDataType());
            }
            assertEquals(new Shape(2, 4), source.getShape());
            assertEquals(new Shape(2, 3), input.getShape());
            assertEquals(new Shape(2, 3), target.getShape());
            assertArrayEquals(new long[] {13, 14, 15, 2, 16, 2, 0, 0}, source.toLongArray());
            assertArrayEquals(new long[] {1, 23, 0, 1, 24, 25}, input.toLongArray());
            assertArrayEquals(new long[] {23, 2, 0, 24, 25, 2}, target.toLongArray());
            assertEquals(List.of(0L, 1L), batch.getIndices());
            assertEquals(2, batch.getSize());
            assertEquals(6, ((TokenBatch) batch).sourceTokens());
            assertEquals(5, ((TokenBatch) batch).targetTokens());
            assertEquals(2, batch.getProgress());
            assertEquals(2, batch.getProgressTotal());
        }
        assertFalse(batches.hasNext());
    }

    @Test
    void usesTheIdsAndEndsAskedFor() {
        BatchingConfig config =
                config().optSpecialIds(99, 7, 8).optSourceEos(false).optShuffle(false).build();
        try (Batch batch =
                dataset(pairs("10 11", "20 21", "12", "22"), config)
                        .batches(manager, 0, 0)
                        .next()) {
            assertArrayEquals(new long[] {15, 99, 13, 14}, batch.getData().get(0).toLongArray());
            assertArrayEquals(
                    new long[] {7, 25, 99, 7, 23, 24}, batch.getData().get(1).toLongArray());
            assertArrayEquals(
                    new long[] {25, 8, 99, 23, 24, 8},
                    batch.getLabels().singletonOrThrow().toLongArray());
        }
    }

    @Test
    void everyPairComesOnceAnEpochWithinTheBudget() {
        ParallelDataset dataset = dataset(corpus(500), config().build());
        for (int epoch = 0; epoch < 3; epoch++) {
            TreeSet<Long> seen = new TreeSet<>();
            int total = 0;
            for (Content content : contents(dataset.batches(manager, epoch, 0))) {
                long rows = content.source().get(0);
                long targetWidth = content.targetIds().length / rows;
                assertTrue(rows * Math.max(content.source().get(1), targetWidth) <= 100);
                content.numbers().forEach(number -> seen.add((Long) number));
                total += (int) rows;
            }
            assertEquals(500, total);
            assertEquals(500, seen.size());
            assertEquals(499, seen.last());
        }
    }

    @Test
    void capsTheSentencesOfABatch() {
        ParallelDataset dataset = dataset(corpus(100), config().optMaxSentences(3).build());
        List<Content> contents = contents(dataset.batches(manager, 0, 0));
        assertTrue(contents.stream().allMatch(content -> content.numbers().size() <= 3));
        assertTrue(contents.size() >= 34);
    }

    @Test
    void bucketsWasteLittleAndFillBatches() {
        ParallelDataset dataset = dataset(corpus(5_000), config().optTokensPerBatch(1_000).build());
        long places = 0;
        long padding = 0;
        List<Content> contents = contents(dataset.batches(manager, 0, 0));
        for (Content content : contents) {
            places += content.sourceIds().length + content.targetIds().length;
            padding += LongStream.of(content.sourceIds()).filter(id -> id == 0).count();
            padding += LongStream.of(content.targetIds()).filter(id -> id == 0).count();
        }
        double waste = (double) padding / places;
        assertTrue(waste < 0.08, "padding is " + waste);
        assertTrue(contents.size() < places / 2 / 1_000 * 1.2, contents.size() + " batches");
    }

    @Test
    void epochsDifferAndRepeat() {
        ParallelDataset dataset = dataset(corpus(300), config().build());
        List<Content> first = contents(dataset.batches(manager, 0, 0));
        assertNotEquals(first, contents(dataset.batches(manager, 1, 0)));
        assertEquals(first, contents(dataset.batches(manager, 0, 0)));
        ParallelDataset again = dataset(corpus(300), config().build());
        assertEquals(first, contents(again.batches(manager, 0, 0)));
        ParallelDataset other = dataset(corpus(300), config().optSeed(4).build());
        assertNotEquals(first, contents(other.batches(manager, 0, 0)));
    }

    /** One number for both engines and every JDK: a resumed run must find its batches again. */
    @Test
    void batchesAreTheSameOnEveryEngine() {
        ParallelDataset dataset = dataset(corpus(300), config().build());
        assertEquals(-1841467322, contents(dataset.batches(manager, 0, 0)).hashCode());
    }

    @Test
    void batchesMixAnewInEveryEpoch() {
        ParallelDataset dataset = dataset(corpus(2_000), config().optBucketWidth(3).build());
        Iterator<Batch> epoch0 = dataset.batches(manager, 0, 0);
        Iterator<Batch> epoch1 = dataset.batches(manager, 1, 0);
        TreeSet<String> together = new TreeSet<>();
        contents(epoch0).forEach(content -> together.add(content.numbers().toString()));
        assertTrue(
                contents(epoch1).stream()
                        .noneMatch(
                                content ->
                                        content.numbers().size() > 2
                                                && together.contains(
                                                        content.numbers().toString())));
    }

    @Test
    void withoutShufflingLengthsRiseAndEpochsAreTheSame() {
        ParallelDataset dataset = dataset(corpus(300), config().optShuffle(false).build());
        List<Content> contents = contents(dataset.batches(manager, 0, 0));
        assertEquals(contents, contents(dataset.batches(manager, 5, 0)));
        long before = 0;
        for (Content content : contents) {
            long width = content.targetIds().length / content.source().get(0);
            assertTrue(width >= before);
            before = width;
        }
    }

    @Test
    void anEpochCanBeTakenUpAtAnyBatch() {
        ParallelDataset dataset = dataset(corpus(200), config().build());
        List<Content> whole = contents(dataset.batches(manager, 2, 0));
        assertEquals(whole.size(), dataset.batchCount(2));
        for (int from = 0; from <= whole.size(); from++) {
            assertEquals(
                    whole.subList(from, whole.size()), contents(dataset.batches(manager, 2, from)));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> dataset.batches(manager, 2, whole.size() + 1));
    }

    @Test
    void getDataGoesFromEpochToEpoch() throws IOException {
        ParallelDataset dataset = dataset(corpus(100), config().build());
        Iterable<Batch> first = dataset.getData(manager);
        Iterable<Batch> second = dataset.getData(manager);
        assertEquals(contents(dataset.batches(manager, 0, 0)), contents(first.iterator()));
        assertEquals(contents(dataset.batches(manager, 0, 0)), contents(first.iterator()));
        assertEquals(contents(dataset.batches(manager, 1, 0)), contents(second.iterator()));
    }

    @Test
    void worksWithATrainer() throws Exception {
        ParallelDataset dataset = dataset(corpus(50), config().build());
        try (Model model =
                Model.newInstance("identity", System.getProperty("attn4j.engine", "PyTorch"))) {
            model.setBlock(Blocks.identityBlock());
            try (Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()))) {
                int rows = 0;
                for (Batch batch : trainer.iterateDataset(dataset)) {
                    Batch[] parts = batch.split(trainer.getDevices(), false);
                    rows += parts[0].getSize();
                    assertEquals(batch.getData().get(0), parts[0].getData().get(0));
                    batch.close();
                }
                assertEquals(50, rows);
            }
        }
    }

    @Test
    void splitsOverDevicesLeavingNoneEmpty() {
        BatchingConfig config = config().optShuffle(false).build();
        ParallelDataset dataset =
                dataset(pairs("1", "1", "2", "2", "3", "3", "4", "4", "5 5 5", "5 5"), config);
        Device device = manager.getDevice();
        try (Batch batch = dataset.batches(manager, 0, 0).next()) {
            Device[] four = {device, device, device, device};
            Batch[] parts = batch.split(four, false);
            assertEquals(4, parts.length);
            int rows = 0;
            long tokens = 0;
            long[] joined = new long[0];
            for (Batch part : parts) {
                assertTrue(part.getSize() >= 1);
                assertEquals(part.getSize(), part.getData().get(0).getShape().get(0));
                assertEquals(part.getSize(), part.getIndices().size());
                rows += part.getSize();
                tokens += ((TokenBatch) part).targetTokens();
                long[] ids = part.getData().get(0).toLongArray();
                int end = joined.length;
                joined = Arrays.copyOf(joined, end + ids.length);
                System.arraycopy(ids, 0, joined, end, ids.length);
            }
            assertEquals(5, rows);
            assertEquals(((TokenBatch) batch).targetTokens(), tokens);
            assertArrayEquals(batch.getData().get(0).toLongArray(), joined);
            Device[] eight = new Device[8];
            Arrays.fill(eight, device);
            assertEquals(5, batch.split(eight, false).length);
            assertThrows(IllegalArgumentException.class, () -> batch.split(four, true));
        }
    }

    @Test
    void closingABatchFreesItsArrays() {
        ParallelDataset dataset = dataset(corpus(20), config().build());
        Batch batch = dataset.batches(manager, 0, 0).next();
        NDArray source = batch.getData().get(0);
        Batch part = batch.split(new Device[] {manager.getDevice()}, false)[0];
        NDArray target = part.getLabels().singletonOrThrow();
        batch.close();
        assertTrue(source.isReleased());
        assertTrue(target.isReleased());
        assertEquals(0, manager.getManagedArrays().size());
    }

    @Test
    void skipsAndCountsEmptyAndOverlongPairs() throws IOException {
        ParallelCorpus corpus =
                pairs("1", "", " ", "2", "1 2 3 4", "5", "6", "7 8 9", "1 2 3", "4");
        BatchingConfig config = config().optMaxLength(4).build();
        ParallelDataset dataset = dataset(corpus, config);
        assertEquals(new DatasetStatistics(2, 2, 1, 0, 6, 6), dataset.statistics());
        List<Content> contents = contents(dataset.batches(manager, 0, 0));
        TreeSet<Object> numbers = new TreeSet<>();
        contents.forEach(content -> numbers.addAll(content.numbers()));
        assertEquals(new TreeSet<>(List.of(3L, 4L)), numbers); // places in the corpus
    }

    @Test
    void truncatesKeepingTheEnd() throws IOException {
        BatchingConfig config =
                config().optMaxLength(3).optOverlong(BatchingConfig.Overlong.TRUNCATE).build();
        ParallelDataset dataset = dataset(pairs("1 2 3 4", "5 6 7"), config);
        assertEquals(new DatasetStatistics(1, 0, 0, 1, 3, 3), dataset.statistics());
        Content content = contents(dataset.batches(manager, 0, 0)).get(0);
        assertArrayEquals(new long[] {4, 5, 2}, content.sourceIds());
        assertArrayEquals(new long[] {8, 9, 2}, content.targetIds());
        assertArrayEquals(new long[] {1, 8, 9}, content.inputIds());
    }

    @Test
    void keepsEmptyPairsToEvaluate() {
        BatchingConfig config = config().optKeepEmpty(true).optSourceEos(false).build();
        ParallelDataset dataset = dataset(pairs("", "5", "1", ""), config);
        List<Content> contents = contents(dataset.batches(manager, 0, 0));
        assertEquals(2, contents.stream().mapToInt(c -> c.numbers().size()).sum());
    }

    @Test
    void refusesACorpusThatLeavesNothing() {
        ParallelDataset dataset = dataset(pairs("", "1"), config().build());
        String message =
                assertThrows(CorpusException.class, () -> dataset.prepare(null)).getMessage();
        assertTrue(message.contains("no pair to use"), message);
    }

    @Test
    void readingErrorsComeThrough(@TempDir Path folder) throws IOException {
        Path two = Files.writeString(folder.resolve("two"), "1\n2\n");
        Path one = Files.writeString(folder.resolve("one"), "1\n");
        ParallelDataset dataset = dataset(AlignedFiles.of(two, one), config().build());
        assertThrows(CorpusException.class, () -> dataset.prepare(null));
        assertThrows(UncheckedIOException.class, () -> dataset.batches(manager, 0, 0));
    }

    /** More ids than may stay on the heap, in blocks of 2^20: the rest goes to a mapped file. */
    @Test
    void spillsToAFileWithTheSameBatches(@TempDir Path folder) throws IOException {
        ParallelCorpus large = large(60_000);
        BatchingConfig config =
                BatchingConfig.builder().optTokensPerBatch(20_000).optMaxLength(128).build();
        ParallelDataset inHeap = dataset(large, config);
        try (ParallelDataset nowhere = spilling(large, config, folder.resolve("missing"))) {
            assertThrows(IOException.class, () -> nowhere.prepare(null));
        }
        try (ParallelDataset spilled = spilling(large, config, folder)) {
            assertTrue(inHeap.statistics().sourceTokens() > 3 << 20);
            spilled.prepare(null);
            Iterator<Batch> expected = inHeap.batches(manager, 1, 0);
            Iterator<Batch> actual = spilled.batches(manager, 1, 0);
            while (expected.hasNext()) {
                try (Batch a = expected.next();
                        Batch b = actual.next()) {
                    assertEquals(Content.of(a), Content.of(b));
                }
            }
            assertFalse(actual.hasNext());
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    private static ParallelDataset spilling(
            ParallelCorpus corpus, BatchingConfig config, Path folder) {
        return ParallelDataset.builder()
                .setCorpus(corpus)
                .setEncoders(NUMBERS, NUMBERS)
                .optBatching(config)
                .optHeapTokens(1 << 20)
                .optTemporaryFolder(folder)
                .build();
    }

    private static ParallelCorpus large(int size) {
        return new ParallelCorpus() {
            @Override
            public String name() {
                return "large";
            }

            @Override
            public Stream<SentencePair> open() {
                Randomness random = new Randomness(1);
                return Stream.generate(
                                () ->
                                        new SentencePair(
                                                words(random, 50 + random.nextInt(30)),
                                                words(random, 20)))
                        .limit(size);
            }
        };
    }

    @Test
    void refusesValuesOutOfRange() {
        for (BatchingConfig.Builder bad :
                List.of(
                        config().optTokensPerBatch(39),
                        config().optMaxSentences(0),
                        config().optMaxLength(1),
                        config().optBucketWidth(0),
                        config().optSpecialIds(2, 1, 2),
                        config().optSpecialIds(-1, 1, 2))) {
            assertThrows(IllegalArgumentException.class, bad::build);
        }
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> config().optTokensPerBatch(39).build())
                        .getMessage();
        assertTrue(message.contains("tokensPerBatch=39, maxLength=40"), message);
    }
}
