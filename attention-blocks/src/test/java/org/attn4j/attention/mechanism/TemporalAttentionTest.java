package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.testkit.CompositeContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class TemporalAttentionTest {

    private static final int T = 5;
    private static final int N = 4;

    private static TemporalAttention build(TemporalAttention.Order order) {
        return new TemporalAttention(T, N, 3, 2, order);
    }

    private static NDList windows(NDManager manager) {
        return new NDList(
                Numbers.random(manager, 1, new Shape(3, T, N)),
                Numbers.random(manager, 2, new Shape(3, T - 1)));
    }

    private static TemporalAttention.Output predict(
            Block block, NDManager manager, NDList windows) {
        return predict(block, manager, windows, null);
    }

    private static TemporalAttention.Output predict(
            Block block, NDManager manager, NDList windows, WeightsRecorder recorder) {
        return ((TemporalAttention) block)
                .predict(
                        new ParameterStore(manager, false),
                        new TemporalAttention.Inputs(windows.get(0), windows.get(1), recorder),
                        false);
    }

    @Nested
    class Printed extends CompositeContractTest {

        @Override
        protected Block block() {
            return build(TemporalAttention.Order.PRINTED);
        }

        @Override
        protected NDList inputs(NDManager manager) {
            return windows(manager);
        }

        /** d_0 and d_1 are the state of zeros, so c_1 and c_2 are the same context. */
        @Test
        void theFirstTwoContextsAreTheSame() {
            WeightsRecorder recorder = new WeightsRecorder();
            predict(initialized(DataType.FLOAT32), manager, windows(manager), recorder);
            NDArray weights = recorder.weights("temporal").squeeze(1);
            assertEquals(new Shape(3, T, T), weights.getShape());
            close(weights.get(new NDIndex(":, 0")), weights.get(new NDIndex(":, 1")), 0);
        }

        /** c_T comes from d_(T-1), which has seen y_1 … y_(T-2) alone. */
        @Test
        void theLastContextDoesNotKnowTheLastTarget() {
            Block block = initialized(DataType.FLOAT32);
            NDList windows = windows(manager);
            TemporalAttention.Output before = predict(block, manager, windows);
            windows.get(1).set(new NDIndex(":, -1"), 5);
            TemporalAttention.Output after = predict(block, manager, windows);
            close(before.context(), after.context(), 0);
            assertTrue(largest(before.prediction().sub(after.prediction())) > 1e-4);
        }
    }

    @Nested
    class Common extends CompositeContractTest {

        @Override
        protected Block block() {
            return build(TemporalAttention.Order.COMMON);
        }

        @Override
        protected NDList inputs(NDManager manager) {
            return windows(manager);
        }

        @Test
        void weightsAreDistributions() {
            WeightsRecorder recorder = new WeightsRecorder();
            TemporalAttention.Output output =
                    predict(initialized(DataType.FLOAT32), manager, windows(manager), recorder);
            NDArray input = recorder.weights("input").squeeze(1);
            NDArray temporal = recorder.weights("temporal").squeeze(1);
            assertEquals(new Shape(3, T, N), input.getShape());
            assertEquals(new Shape(3, T - 1, T), temporal.getShape());
            assertEquals(new Shape(3, T, 3), output.encoderStates().getShape());
            assertEquals(new Shape(3, T - 1, 2), output.decoderStates().getShape());
            assertEquals(new Shape(3, 3), output.context().getShape());
            for (NDArray weights : List.of(input, temporal)) {
                for (float sum : weights.sum(new int[] {2}).toFloatArray()) {
                    assertEquals(1, sum, 1e-5);
                }
            }
        }

        /** The weights of a step see whole series, but of the states only earlier ones. */
        @Test
        void anObserverIsToldBothWeights() {
            TemporalAttention block = (TemporalAttention) initialized(DataType.FLOAT32);
            List<String> told = new ArrayList<>();
            NDList windows = windows(manager);
            block.predict(
                    new ParameterStore(manager, false),
                    new TemporalAttention.Inputs(
                            windows.get(0),
                            windows.get(1),
                            (place, weights) -> told.add(place + weights.getShape())),
                    false);
            assertEquals(List.of("input(3, 1, 5, 4)", "temporal(3, 1, 4, 5)"), told);
        }
    }

    @Test
    void badSettingsAndWindowsAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new TemporalAttention(1, 2, 3, 2, TemporalAttention.Order.PRINTED));
        assertThrows(
                IllegalArgumentException.class,
                () -> new TemporalAttention(3, 2, 0, 2, TemporalAttention.Order.PRINTED));
        try (NDManager manager = TestEngine.manager()) {
            TemporalAttention block = build(TemporalAttention.Order.COMMON);
            NDList windows = windows(manager);
            NDList wrong = new NDList(windows.get(0), manager.ones(new Shape(3, T)));
            assertThrows(IllegalArgumentException.class, () -> predict(block, manager, wrong));
        }
    }
}
