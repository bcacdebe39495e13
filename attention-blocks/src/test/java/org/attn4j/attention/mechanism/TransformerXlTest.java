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
import org.attn4j.attention.ops.Scalars;
import org.attn4j.testkit.CompositeContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Slopes;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class TransformerXlTest {

    private static TransformerXl.Builder builder() {
        return TransformerXl.builder()
                .setModelSize(8)
                .setHeads(2)
                .setLayers(2)
                .setInnerSize(12)
                .setSegment(3)
                .optMemory(4);
    }

    @Nested
    class Contract extends CompositeContractTest {

        @Override
        protected Block block() {
            return builder().build();
        }

        @Override
        protected NDList inputs(NDManager manager) {
            return new NDList(
                    Numbers.random(manager, 1, new Shape(3, 8, 8)), first(manager, 8, 8, 5, 1));
        }

        /** With stop-gradient between segments, slopes hold within one segment. */
        @Override
        @Test
        protected void gradientsAreTheSlopes() {
            Block block = initialized(DataType.FLOAT64);
            NDArray x =
                    Numbers.random(manager, 1, new Shape(3, 3, 8)).toType(DataType.FLOAT64, false);
            NDArray cotangent =
                    Numbers.random(manager, 3, x.getShape()).toType(DataType.FLOAT64, false);
            ParameterStore store = new ParameterStore(manager, false);
            Slopes.check(
                    block,
                    manager,
                    x,
                    () ->
                            block.forward(store, new NDList(x), true)
                                    .singletonOrThrow()
                                    .mul(cotangent)
                                    .sum());
        }

        @Test
        void segmentsHandedOnEqualOneCall() {
            TransformerXl block = (TransformerXl) initialized(DataType.FLOAT32);
            NDList in = inputs(manager);
            NDArray all = forward(block, in);
            ParameterStore store = new ParameterStore(manager, false);
            SegmentMemory memory = SegmentMemory.empty();
            List<String> places = new ArrayList<>();
            for (int from = 0; from < 8; from += 3) {
                NDIndex part = new NDIndex(":, {}:{}", from, Math.min(8, from + 3));
                SegmentOutput output =
                        block.attend(
                                store,
                                in.get(0).get(part),
                                in.get(1).get(part),
                                memory,
                                (place, weights) -> places.add(place),
                                false);
                close(all.get(part), output.hidden(), 1e-5);
                memory = output.memory();
                assertEquals(Math.min(4, from + 3), memory.length());
            }
            assertEquals(List.of("layers.0", "layers.1"), places.subList(0, 2));
        }

        @Test
        void aLongMemoryEqualsOneSegment() {
            Block pieces = builder().optMemory(9).build();
            Block whole = builder().setSegment(9).build();
            NDList in = inputs(manager);
            List<NDArray> outputs = new ArrayList<>();
            for (Block block : List.of(pieces, whole)) {
                long seed = 100;
                for (var parameter : block.getParameters().values()) {
                    long own = seed++;
                    parameter.setInitializer(
                            (m, shape, t) -> Numbers.random(m, own, shape).mul(0.5));
                }
                block.initialize(manager, DataType.FLOAT32, in.getShapes());
                outputs.add(forward(block, in));
            }
            close(outputs.get(1), outputs.get(0), 1e-5);
        }

        @Test
        void noGradientFlowsIntoTheMemory() {
            TransformerXl block = (TransformerXl) initialized(DataType.FLOAT32);
            ParameterStore store = new ParameterStore(manager, false);
            NDArray first = Numbers.random(manager, 5, new Shape(2, 3, 8));
            NDArray second = Numbers.random(manager, 6, new Shape(2, 3, 8));
            first.setRequiresGradient(true);
            second.setRequiresGradient(true);
            TestEngine.backward(
                    () -> {
                        SegmentMemory empty = SegmentMemory.empty();
                        SegmentMemory memory =
                                block.attend(store, first, null, empty, null, true).memory();
                        NDArray output =
                                block.attend(store, second, null, memory, null, true).hidden();
                        // The first segment takes part, so that its gradient is defined.
                        NDArray nothing = Scalars.multiply(first, 0).sum();
                        return output.square().mul(output).sum().add(nothing);
                    });
            assertEquals(0, largest(first.getGradient()));
            assertTrue(largest(second.getGradient()) > 1e-3);
        }

        @Test
        void aMemoryOutlivesItsStep() {
            TransformerXl block = (TransformerXl) initialized(DataType.FLOAT32);
            ParameterStore store = new ParameterStore(manager, false);
            SegmentMemory memory = SegmentMemory.empty();
            NDArray all = forward(block, new NDList(inputs(manager).get(0)));
            try (NDManager kept = manager.newSubManager()) {
                for (int from = 0; from < 6; from += 3) {
                    try (NDManager step = manager.newSubManager()) {
                        NDArray x = inputs(step).get(0);
                        NDIndex part = new NDIndex(":, {}:{}", from, from + 3);
                        SegmentOutput output =
                                block.attend(store, x.get(part), null, memory, null, false);
                        close(all.get(part), output.hidden(), 1e-5);
                        SegmentMemory old = memory;
                        memory = output.memory().attach(kept);
                        old.close();
                        assertEquals(3, kept.getManagedArrays().size(), "two layers and the mask");
                    }
                }
            }
        }
    }

    @Nested
    class WithoutMemory extends CompositeContractTest {

        @Override
        protected Block block() {
            return builder().optMemory(0).build();
        }

        @Override
        protected NDList inputs(NDManager manager) {
            return new NDList(Numbers.random(manager, 1, new Shape(3, 5, 8)));
        }
    }

    @Test
    void badSettingsAndMemoriesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> builder().setLayers(0).build());
        assertThrows(IllegalArgumentException.class, () -> builder().setHeads(3).build());
        try (NDManager manager = TestEngine.manager()) {
            TransformerXl block = builder().build();
            block.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 8));
            NDArray old = manager.zeros(new Shape(2, 4, 8));
            SegmentMemory memory =
                    new SegmentMemory(List.of(old, old), manager.ones(new Shape(2, 4)));
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            block.attend(
                                    new ParameterStore(manager, false),
                                    manager.zeros(new Shape(1, 3, 8)),
                                    null,
                                    memory,
                                    null,
                                    false));
        }
    }
}
