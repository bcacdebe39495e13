package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Kernels in threads that did not load the engine, beside a training thread, and over many calls.
 */
class FusedKernelThreadsTest {

    @BeforeEach
    void onlyOnPyTorch() {
        assumeTrue(TestEngine.isPyTorch());
    }

    @Test
    void anotherThreadPredictsAndUsesTheResultWithAParameter() throws Exception {
        try (NDManager m = TestEngine.manager()) {
            NDArray w = m.ones(new Shape(4, 4));
            w.setRequiresGradient(true);
            Kernels kernels = Kernels.of(m);
            float[] expected = forward(m, kernels, w);
            Numbers.assertClose("here", expected, forward(m, kernels, w), 0, 0);
            ExecutorService pool = Executors.newSingleThreadExecutor();
            try {
                float[] there = pool.submit(() -> forward(m, kernels, w)).get();
                Numbers.assertClose("there", expected, there, 0, 0);
            } finally {
                pool.shutdown();
            }
        }
    }

    @Test
    void manyThreadsPredictWhileOneTrains() throws Exception {
        try (NDManager m = TestEngine.manager()) {
            Kernels kernels = Kernels.of(m);
            NDArray frozen = m.ones(new Shape(4, 4));
            NDArray trained = m.ones(new Shape(4, 4));
            trained.setRequiresGradient(true);
            float[] expected = forward(m, kernels, frozen);
            ExecutorService pool = Executors.newFixedThreadPool(3);
            List<Future<?>> predictions = new ArrayList<>();
            try {
                for (int i = 0; i < 3; i++) {
                    predictions.add(pool.submit(() -> predict(m, kernels, frozen, expected)));
                }
                NDList first = new NDList(trained.zerosLike());
                NDList second = new NDList(trained.zerosLike());
                for (int step = 1; step <= 40; step++) {
                    TestEngine.backward(() -> loss(m, kernels, trained));
                    NDList gradient = new NDList(trained.getGradient());
                    assertTrue(gradient.head().abs().sum().getFloat() > 0);
                    kernels.optimizer()
                            .adam(
                                    new NDList(trained),
                                    gradient,
                                    first,
                                    second,
                                    step,
                                    AdamSettings.of(0.01f),
                                    1);
                    kernels.optimizer().zero(gradient);
                }
                for (Future<?> prediction : predictions) {
                    prediction.get();
                }
            } finally {
                pool.shutdownNow();
            }
        }
    }

    private static void predict(NDManager m, Kernels kernels, NDArray w, float[] expected) {
        for (int i = 0; i < 40; i++) {
            Numbers.assertClose("prediction", expected, forward(m, kernels, w), 0, 0);
        }
    }

    /** Attention between two linear maps; eager operations meet the kernels' results. */
    private static float[] forward(NDManager manager, Kernels kernels, NDArray w) {
        try (NDManager m = manager.newSubManager()) {
            return pass(m, kernels, w).toFloatArray();
        }
    }

    private static NDArray pass(NDManager m, Kernels kernels, NDArray w) {
        NDArray x = m.arange(24f).div(24).reshape(1, 2, 3, 4);
        NDArray heads = kernels.linear().linear(x, w, null);
        NDArray context =
                kernels.attention()
                        .attend(
                                AttentionMask.causal()
                                        .request(heads, heads, x, 0.5, 0, false, null));
        return context.matMul(w);
    }

    private static NDArray loss(NDManager m, Kernels kernels, NDArray w) {
        NDArray logits = pass(m, kernels, w).reshape(6, 4);
        return kernels.loss()
                .crossEntropy(logits, m.create(new long[] {0, 1, 2, 3, 0, 1}), 0.1f, -1);
    }

    @Test
    @Tag("slow")
    void nativeMemoryStaysFlat() throws IOException {
        Path status = Path.of("/proc/self/status");
        assumeTrue(Files.exists(status), "memory is read from /proc");
        try (NDManager m = TestEngine.manager()) {
            Kernels kernels = Kernels.of(m);
            NDArray w = m.randomNormal(new Shape(64, 64));
            w.setRequiresGradient(true);
            steps(m, kernels, w, 300);
            long before = residentKilobytes(status);
            int arrays = m.getManagedArrays().size();
            steps(m, kernels, w, 3000);
            long grown = residentKilobytes(status) - before;
            assertEquals(arrays, m.getManagedArrays().size());
            // each step touches about 8 MB: one array of 230 kB lost in every tenth step would show
            assertTrue(grown < 60_000, "grew by " + grown + " kB");
            assertFalse(w.getGradient().isNaN().any().getBoolean());
        }
    }

    private static void steps(NDManager manager, Kernels kernels, NDArray w, int count) {
        NDArray first = w.zerosLike();
        NDArray second = w.zerosLike();
        for (int i = 1; i <= count; i++) {
            // shapes vary, as batches do
            long length = 20 + i % 17;
            try (NDManager m = manager.newSubManager()) {
                TestEngine.backward(() -> step(m, kernels, w, length));
                NDArray gradient = w.getGradient();
                gradient.attach(m);
                kernels.optimizer()
                        .adam(
                                new NDList(w),
                                new NDList(gradient),
                                new NDList(first),
                                new NDList(second),
                                i,
                                AdamSettings.of(1e-4f),
                                1);
                kernels.optimizer().zero(new NDList(gradient));
                kernels.optimizer().globalNorm(new NDList(w)).attach(m);
            }
        }
        first.close();
        second.close();
    }

    private static NDArray step(NDManager m, Kernels kernels, NDArray w, long length) {
        NDArray x = m.randomNormal(new Shape(4, 8, length, 64));
        NDArray heads = kernels.linear().linear(x, w, null);
        AttentionMask mask =
                AttentionMask.keys(m.ones(new Shape(4, length))).and(AttentionMask.causal());
        NDArray context =
                kernels.attention().attend(mask.request(heads, heads, x, 0.125, 0.1f, true, null));
        NDArray dropped = kernels.dropout().dropout(context, 0.1f);
        NDArray labels = m.zeros(new Shape(4 * 8 * length), DataType.INT64);
        return kernels.loss().crossEntropy(dropped.reshape(-1, 64), labels, 0.1f, -1);
    }

    private static long residentKilobytes(Path status) throws IOException {
        System.gc();
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
