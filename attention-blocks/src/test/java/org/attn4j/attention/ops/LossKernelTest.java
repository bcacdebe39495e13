package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class LossKernelTest {

    private static final long IGNORED = -100;

    @Test
    void agreesWithTheReferenceOnManyShapes() {
        Random random = new Random(3);
        int[][] sizes = {{1, 1}, {1, 7}, {40, 5}, {5, 40000}, {300, 1000}, {2, 3}};
        for (int round = 0; round < 3; round++) {
            for (int[] size : sizes) {
                float smoothing = round == 0 ? 0 : random.nextFloat() * 0.9f;
                compare(random, size[0], size[1], smoothing);
            }
        }
    }

    private static void compare(Random random, int rows, int classes, float smoothing) {
        try (NDManager m = TestEngine.manager()) {
            NDArray logits = m.randomNormal(0, 5, new Shape(rows, classes), DataType.FLOAT32);
            logits.setRequiresGradient(true);
            long[] labels = random.longs(rows, 0, classes).toArray();
            for (int i = 0; i < rows; i += 3) {
                labels[i] = IGNORED;
            }
            NDArray target = m.create(labels);
            List<float[]> expected = results(Kernels.reference(), logits, target, smoothing);
            List<float[]> actual = results(Kernels.of(m), logits, target, smoothing);
            String what = rows + " rows, " + classes + " classes, smoothing " + smoothing;
            Numbers.assertClose("loss, " + what, expected.get(0), actual.get(0), 1e-4, 1e-5);
            Numbers.assertClose("gradient, " + what, expected.get(1), actual.get(1), 1e-5, 1e-4);
        }
    }

    private static List<float[]> results(
            Kernels kernels, NDArray logits, NDArray labels, float smoothing) {
        Kernels.reference().optimizer().zero(new NDList(logits.getGradient()));
        float[] loss = new float[1];
        TestEngine.backward(
                () -> {
                    NDArray sum = kernels.loss().crossEntropy(logits, labels, smoothing, IGNORED);
                    loss[0] = sum.getFloat();
                    return Scalars.multiply(sum, 0.25);
                });
        return List.of(loss, logits.getGradient().toFloatArray());
    }

    /** Fewer rows than a block, two blocks, and classes so many that a block is 512 rows. */
    @Test
    void projectedAgreesWithTheReferenceOnManyShapes() {
        Random random = new Random(5);
        int[][] sizes = {{1, 1, 1}, {7, 3, 5}, {801, 9, 20_000}, {1800, 8, 8000}, {600, 32, 500}};
        for (int[] size : sizes) {
            for (boolean bias : new boolean[] {false, true}) {
                compareProjected(random, size[0], size[1], size[2], bias);
            }
        }
    }

    private static void compareProjected(
            Random random, int rows, int features, int classes, boolean hasBias) {
        try (NDManager m = TestEngine.manager()) {
            NDArray states = m.randomNormal(new Shape(rows, features));
            NDArray weight = m.randomNormal(new Shape(classes, features));
            NDList inputs = new NDList(states, weight);
            NDArray bias = hasBias ? m.randomNormal(new Shape(classes)) : null;
            if (hasBias) {
                inputs.add(bias);
            }
            inputs.forEach(input -> input.setRequiresGradient(true));
            long[] labels = random.longs(rows, 0, classes).toArray();
            for (int i = 1; i < rows; i += 3) {
                labels[i] = IGNORED;
            }
            NDArray target = m.create(labels);
            List<List<float[]>> results = new ArrayList<>();
            for (Kernels kernels : List.of(Kernels.reference(), Kernels.of(m))) {
                NDList gradients = new NDList();
                inputs.forEach(input -> gradients.add(input.getGradient()));
                Kernels.reference().optimizer().zero(gradients);
                List<float[]> found = new ArrayList<>();
                TestEngine.backward(
                        () -> {
                            NDArray sum =
                                    kernels.loss()
                                            .projectedCrossEntropy(
                                                    states, weight, bias, target, 0.1f, IGNORED);
                            found.add(sum.toFloatArray());
                            return Scalars.multiply(sum, 0.25);
                        });
                inputs.forEach(input -> found.add(input.getGradient().toFloatArray()));
                results.add(found);
            }
            String what = "%s rows, %s features, %s classes".formatted(rows, features, classes);
            for (int i = 0; i < results.get(0).size(); i++) {
                // sums of up to 1,200 terms of size 1, in another order
                Numbers.assertClose(
                        what + ", array " + i,
                        results.get(0).get(i),
                        results.get(1).get(i),
                        2e-5,
                        1e-4);
            }
        }
    }

    @Test
    void projectionThatIsFrozenGetsNoGradient() {
        try (NDManager m = TestEngine.manager()) {
            NDArray states = m.randomNormal(new Shape(5, 3));
            states.setRequiresGradient(true);
            NDArray weight = m.randomNormal(new Shape(4, 3));
            NDArray labels = m.create(new long[] {0, 1, 2, 3, 0});
            List<float[]> gradients = new ArrayList<>();
            for (Kernels kernels : List.of(Kernels.reference(), Kernels.of(m))) {
                Kernels.reference().optimizer().zero(new NDList(states.getGradient()));
                TestEngine.backward(
                        () ->
                                kernels.loss()
                                        .projectedCrossEntropy(
                                                states, weight, null, labels, 0, IGNORED));
                gradients.add(states.getGradient().toFloatArray());
                assertFalse(weight.hasGradient());
            }
            Numbers.assertClose("gradient", gradients.get(0), gradients.get(1), 1e-5, 1e-5);
        }
    }

    @Test
    void projectedNeedsNoGradient() {
        try (NDManager m = TestEngine.manager()) {
            NDArray states = m.ones(new Shape(2, 3));
            NDArray weight = m.ones(new Shape(4, 3));
            NDArray labels = m.create(new long[] {0, IGNORED});
            NDArray loss =
                    Kernels.of(m)
                            .loss()
                            .projectedCrossEntropy(states, weight, null, labels, 0, IGNORED);
            assertEquals(Math.log(4), loss.getFloat(), 1e-5);
        }
    }

    @Test
    void labelsAllIgnoredCostNothing() {
        try (NDManager m = TestEngine.manager()) {
            NDArray logits = m.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
            logits.setRequiresGradient(true);
            NDArray labels = m.create(new long[] {1, 1});
            for (Kernels kernels : List.of(Kernels.reference(), Kernels.of(m))) {
                TestEngine.backward(
                        () -> {
                            NDArray loss = kernels.loss().crossEntropy(logits, labels, 0.1f, 1);
                            assertEquals(0, loss.getFloat());
                            return loss;
                        });
                assertEquals(0, logits.getGradient().abs().sum().getFloat());
            }
        }
    }

    @Test
    void handWorked() {
        try (NDManager m = TestEngine.manager()) {
            // softmax of (0, ln 3) is (1/4, 3/4)
            NDArray logits = m.create(new float[] {0, (float) Math.log(3)}, new Shape(1, 2));
            NDArray label = m.create(new long[] {0});
            double plain = -Math.log(0.25);
            // of the smoothed mass 0.2, half goes to each class
            double smoothed = -(0.8 + 0.1) * Math.log(0.25) - 0.1 * Math.log(0.75);
            for (Kernels kernels : List.of(Kernels.reference(), Kernels.of(m))) {
                LossKernel loss = kernels.loss();
                assertEquals(plain, loss.crossEntropy(logits, label, 0, -1).getFloat(), 1e-5);
                assertEquals(smoothed, loss.crossEntropy(logits, label, 0.2f, -1).getFloat(), 1e-5);
            }
        }
    }
}
