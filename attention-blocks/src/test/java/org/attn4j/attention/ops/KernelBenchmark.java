package org.attn4j.attention.ops;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.BiFunction;
import org.attn4j.attention.mask.AttentionMask;

/**
 * How long the fused kernels take beside the reference, in one run of one thread ({@code
 * OMP_NUM_THREADS=1}): processor time of the median call, forward and backward, taking turns. Not a
 * test; run its main method with the test class path.
 */
public final class KernelBenchmark {

    private static final int CALLS = 15;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Kernels fused = Kernels.of(manager);

    private KernelBenchmark() {}

    /**
     * Prints a line for each kernel and size.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        KernelBenchmark benchmark = new KernelBenchmark();
        System.out.println(benchmark.fused.choice());
        System.out.printf("%-52s %10s %10s %7s%n", "", "reference", "fused", "ratio");
        benchmark.attention();
        benchmark.dropout();
        benchmark.loss();
        benchmark.linear();
        benchmark.optimizer();
    }

    private void attention() {
        for (long[] size : new long[][] {{64, 32}, {16, 128}, {2, 512}}) {
            for (float dropout : new float[] {0, 0.1f}) {
                Shape shape = new Shape(size[0], 4, size[1], 64);
                NDArray keys = manager.ones(new Shape(size[0], size[1]));
                AttentionMask mask =
                        AttentionMask.keys(keys)
                                .and(AttentionMask.causal())
                                .realise(manager, size[1], size[1]);
                compare(
                        "attention " + shape + ", padded, causal, dropout " + dropout,
                        shape,
                        (kernels, x) ->
                                kernels.attention()
                                        .attend(mask.request(x, x, x, 0.125, dropout, true, null))
                                        .sum());
            }
        }
    }

    private void dropout() {
        for (Shape shape : new Shape[] {new Shape(64, 32, 256), new Shape(64, 32, 1024)}) {
            compare(
                    "dropout " + shape,
                    shape,
                    (kernels, x) -> kernels.dropout().dropout(x, 0.1f).sum());
        }
    }

    private void loss() {
        for (Shape shape : new Shape[] {new Shape(1024, 8000), new Shape(4096, 8000)}) {
            NDArray labels =
                    manager.randomInteger(0, 8000, new Shape(shape.get(0)), DataType.INT64);
            compare(
                    "cross-entropy " + shape,
                    shape,
                    (kernels, x) -> kernels.loss().crossEntropy(x, labels, 0.1f, 0));
        }
    }

    private void linear() {
        NDArray weight = manager.randomNormal(new Shape(1024, 256));
        NDArray bias = manager.zeros(new Shape(1024));
        weight.setRequiresGradient(true);
        compare(
                "linear (2048, 256) to 1024",
                new Shape(2048, 256),
                (kernels, x) -> kernels.linear().linear(x, weight, bias).sum());
    }

    private void optimizer() {
        NDList[] lists = new NDList[4];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = new NDList();
            for (int j = 0; j < 120; j++) {
                lists[i].add(manager.ones(new Shape(j % 2 == 0 ? 256 : 1, 320)));
            }
        }
        AdamSettings settings = AdamSettings.of(1e-4f);
        double[][] millis = new double[2][CALLS];
        for (int i = -3; i < CALLS; i++) {
            for (int k = 0; k < 2; k++) {
                OptimizerKernel kernel = (k == 0 ? Kernels.reference() : fused).optimizer();
                long start = CLOCK.getCurrentThreadCpuTime();
                kernel.adam(lists[0], lists[1], lists[2], lists[3], i + 4, settings, 1);
                millis[k][Math.max(i, 0)] = (CLOCK.getCurrentThreadCpuTime() - start) / 1e6;
            }
        }
        print("Adam, 120 arrays, 5 M elements", millis);
    }

    private void compare(String what, Shape input, BiFunction<Kernels, NDArray, NDArray> pass) {
        double[][] millis = new double[2][CALLS];
        NDArray leaf = manager.randomNormal(input);
        leaf.setRequiresGradient(true);
        for (int i = -3; i < CALLS; i++) {
            for (int k = 0; k < 2; k++) {
                millis[k][Math.max(i, 0)] = time(k == 0 ? Kernels.reference() : fused, leaf, pass);
            }
        }
        print(what, millis);
        leaf.close();
    }

    private double time(Kernels kernels, NDArray leaf, BiFunction<Kernels, NDArray, NDArray> pass) {
        try (NDManager step = manager.newSubManager()) {
            leaf.attach(step);
            try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                long start = CLOCK.getCurrentThreadCpuTime();
                collector.backward(pass.apply(kernels, leaf));
                return (CLOCK.getCurrentThreadCpuTime() - start) / 1e6;
            } finally {
                leaf.attach(manager);
            }
        }
    }

    private static void print(String what, double[][] millis) {
        Arrays.sort(millis[0]);
        Arrays.sort(millis[1]);
        double reference = millis[0][CALLS / 2];
        double mine = millis[1][CALLS / 2];
        System.out.printf(
                Locale.ROOT,
                "%-52s %8.2fms %8.2fms %7.2f%n",
                what,
                reference,
                mine,
                mine / reference);
    }
}
