package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExampleDatasetTest {

    private static final BatchingConfig BATCHING =
            BatchingConfig.builder().optTokensPerBatch(12).optMaxLength(6).optSeed(5).build();

    private final List<Long> seeds = new ArrayList<>();

    /** Example i has i % 6 + 1 tokens; its row is its number. */
    private ExampleDataset<Integer> dataset(int size) {
        List<Integer> examples = IntStream.range(0, size).boxed().toList();
        return ExampleDataset.of(examples, i -> i % 6 + 1, BATCHING, this::collate);
    }

    private Collator.Columns collate(NDManager manager, List<Integer> examples, long seed) {
        seeds.add(seed);
        NDArray rows = manager.create(examples.stream().mapToInt(i -> i).toArray());
        return new Collator.Columns(new NDList(rows), new NDList(rows.add(1)));
    }

    private static List<List<Integer>> rows(Iterator<Batch> batches) {
        List<List<Integer>> rows = new ArrayList<>();
        while (batches.hasNext()) {
            try (Batch batch = batches.next()) {
                int[] numbers = batch.getData().head().toIntArray();
                assertEquals(
                        IntStream.of(numbers).mapToObj(i -> (long) i).toList(), batch.getIndices());
                rows.add(IntStream.of(numbers).boxed().toList());
            }
        }
        return rows;
    }

    @Test
    void everyExampleIsInOneBatchOfAnEpochWithinTheBudget() {
        try (NDManager manager = TestEngine.newManager()) {
            List<List<Integer>> rows = rows(dataset(50).batches(manager, 0, 0));
            assertEquals(
                    IntStream.range(0, 50).boxed().toList(),
                    rows.stream().flatMap(List::stream).sorted().toList());
            for (List<Integer> batch : rows) {
                int longest = batch.stream().mapToInt(i -> i % 6 + 1).max().orElseThrow();
                assertTrue(batch.size() * longest <= 12, batch.toString());
            }
        }
    }

    @Test
    void anEpochTakenUpInTheMiddleGivesTheSameBatchesAndSeeds() {
        try (NDManager manager = TestEngine.newManager()) {
            List<List<Integer>> whole = rows(dataset(50).batches(manager, 3, 0));
            List<Long> allSeeds = List.copyOf(seeds);
            seeds.clear();
            assertEquals(whole.subList(4, whole.size()), rows(dataset(50).batches(manager, 3, 4)));
            assertEquals(allSeeds.subList(4, allSeeds.size()), seeds);
            assertEquals(allSeeds.size(), allSeeds.stream().distinct().count());
        }
    }

    @Test
    void epochsDiffer() {
        try (NDManager manager = TestEngine.newManager()) {
            ExampleDataset<Integer> dataset = dataset(50);
            assertNotEquals(
                    rows(dataset.batches(manager, 0, 0)), rows(dataset.batches(manager, 1, 0)));
        }
    }

    @Test
    void noTwoExamplesOfABatchShareAKey() {
        try (NDManager manager = TestEngine.newManager()) {
            // Keys are numbers of tens, and the number of the example itself.
            ExampleDataset<Integer> distinct =
                    dataset(50).distinctBy(i -> List.of("ten " + i / 10, "own " + i));
            List<List<Integer>> rows = rows(distinct.batches(manager, 2, 0));
            assertEquals(
                    IntStream.range(0, 50).boxed().toList(),
                    rows.stream().flatMap(List::stream).sorted().toList());
            for (List<Integer> batch : rows) {
                assertEquals(batch.size(), batch.stream().map(i -> i / 10).distinct().count());
                int longest = batch.stream().mapToInt(i -> i % 6 + 1).max().orElseThrow();
                assertTrue(batch.size() * longest <= 12, batch.toString());
            }
            assertEquals(rows.subList(2, rows.size()), rows(distinct.batches(manager, 2, 2)));
        }
    }

    @Test
    void anExampleBeyondTheLimitIsRefused() {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> ExampleDataset.of(List.of(1), i -> 7, BATCHING, this::collate));
        assertEquals(
                "examples must have at most maxLength tokens, got 7, maxLength=6", e.getMessage());
    }
}
