package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class HostArraysTest {

    @Test
    void holdsTheNumbersInTheTypeOfTheirOwn() {
        try (NDManager manager = TestEngine.manager()) {
            Shape shape = new Shape(2, 2);
            NDArray reals = HostArrays.of(manager, new float[] {1, -2, 3.5f, 0}, shape);
            assertEquals(shape, reals.getShape());
            assertArrayEquals(new float[] {1, -2, 3.5f, 0}, reals.toFloatArray());
            NDArray ids = HostArrays.of(manager, new long[] {1L << 40, -1, 2, 3}, shape);
            assertArrayEquals(new long[] {1L << 40, -1, 2, 3}, ids.toLongArray());
            NDArray numbers = HostArrays.of(manager, new int[] {4, -5, 6, 7}, shape);
            assertArrayEquals(new int[] {4, -5, 6, 7}, numbers.toIntArray());
            boolean[] truths = {true, false, false, true};
            NDArray flags = HostArrays.of(manager, truths, shape);
            assertEquals(DataType.BOOLEAN, flags.getDataType());
            assertArrayEquals(truths, flags.toBooleanArray());
        }
    }

    @Test
    void readsTheNumbersInTheirOrderToTheBeginningOfTheRoom() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray table = HostArrays.of(manager, new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
            float[] room = {9, 9, 9, 9, 9, 9, 9};
            HostArrays.read(table.transpose(), room); // whose memory has another order on PyTorch
            assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6, 9}, room);
        }
    }

    @Test
    void refusesValuesThatDoNotFillTheShape() {
        try (NDManager manager = TestEngine.manager()) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> HostArrays.of(manager, new float[3], new Shape(2, 2)));
        }
    }

    /** Collections that other threads cause must not reach numbers on their way to the engine. */
    @Test
    @Tag("slow")
    void keepsTheNumbersThroughCollectionsOfOtherThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (NDManager manager = TestEngine.manager()) {
            Callable<Integer> task = () -> wrongOnes(manager);
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                results.add(threads.submit(task));
            }
            byte[][] litter = new byte[16][];
            for (int i = 0; !results.stream().allMatch(Future::isDone); i++) {
                litter[i % litter.length] = new byte[1 << 20]; // fills the young generation
            }
            for (Future<Integer> result : results) {
                assertEquals(0, result.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    private static int wrongOnes(NDManager manager) {
        int wrong = 0;
        for (int i = 1; i <= 10_000; i++) {
            try (NDManager own = manager.newSubManager()) {
                NDArray busy = own.ones(new Shape(5)).cumSum(0).reshape(1, 5).cos();
                NDArray number = HostArrays.of(own, new float[] {i}, new Shape(1));
                NDArray sum = busy.sub(busy).add(number);
                wrong += sum.toFloatArray()[0] == i ? 0 : 1;
            }
        }
        return wrong;
    }

    @Test
    void staysForTheGradientAfterTheArrayIsClosed() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray x = manager.ones(new Shape(64));
            x.setRequiresGradient(true);
            float[] factors = new float[64];
            Arrays.fill(factors, 3);
            TestEngine.backward(
                    () -> {
                        NDArray product;
                        try (NDArray factor = HostArrays.of(manager, factors, new Shape(64))) {
                            product = x.mul(factor);
                        }
                        return product.sum();
                    });
            assertArrayEquals(factors, x.getGradient().toFloatArray());
        }
    }
}
