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
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.testkit.CompositeContractTest;
import org.attn4j.testkit.Numbers;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class TimeAxisAttentionTest {

    private static final int T = 5;
    private static final int P = 2;
    private static final int D = 8;

    private static TimeAxisAttention build(boolean causal) {
        return new TimeAxisAttention(
                MultiHeadAttention.builder().setModelSize(D).setHeads(2).build(), causal);
    }

    private static NDArray x(NDManager manager) {
        return Numbers.random(manager, 1, new Shape(3, T, P, D));
    }

    @Nested
    class Masked extends CompositeContractTest {

        @Override
        protected Block block() {
            return build(false);
        }

        @Override
        protected NDList inputs(NDManager manager) {
            return new NDList(x(manager), first(manager, T, 4, 5, 2));
        }

        @Test
        void eachPlaceIsASequenceOfItsOwn() {
            TimeAxisAttention block = (TimeAxisAttention) initialized(DataType.FLOAT32);
            MultiHeadAttention inner = (MultiHeadAttention) block.getChildren().valueAt(0);
            NDArray all = forward(block, inputs(manager));
            for (int place = 0; place < P; place++) {
                NDIndex own = new NDIndex(":, :, " + place);
                NDArray expected =
                        inner.attend(
                                        new ParameterStore(manager, false),
                                        AttentionInputs.self(x(manager).get(own))
                                                .withMask(
                                                        AttentionMask.keys(inputs(manager).get(1))),
                                        false)
                                .context();
                close(expected, all.get(own), 1e-6);
            }
        }

        @Test
        void weightsAreOfEachPlaceAndHead() {
            TimeAxisAttention block = (TimeAxisAttention) initialized(DataType.FLOAT32);
            NDList inputs = inputs(manager);
            WeightsRecorder recorder = new WeightsRecorder();
            NDArray context =
                    block.attend(
                            new ParameterStore(manager, false),
                            new TimeAxisAttention.Inputs(inputs.get(0), inputs.get(1), recorder),
                            false);
            assertEquals(new Shape(3 * P, 2, T, T), recorder.weights().getShape());
            assertEquals(0, largest(recorder.weights().get(new NDIndex("{}:, :, :, 2:", 2 * P))));
            close(forward(block, inputs), context, 1e-6);
        }
    }

    @Nested
    class Causal extends CompositeContractTest {

        @Override
        protected Block block() {
            return build(true);
        }

        @Override
        protected NDList inputs(NDManager manager) {
            return new NDList(x(manager));
        }

        @Test
        void laterTimesAndOtherPlacesChangeNothing() {
            Block block = initialized(DataType.FLOAT32);
            NDArray x = x(manager);
            NDArray before = forward(block, new NDList(x));
            NDArray changed = x.duplicate();
            changed.set(new NDIndex(":, 3:, 0"), 2);
            NDArray after = forward(block, new NDList(changed));
            close(before.get(new NDIndex(":, :3")), after.get(new NDIndex(":, :3")), 1e-6);
            close(before.get(new NDIndex(":, :, 1")), after.get(new NDIndex(":, :, 1")), 1e-6);
            assertTrue(largest(before.sub(after)) > 1e-3);
        }

        @Test
        void otherShapesAreRefused() {
            NDArray flat = manager.ones(new Shape(3, T, D));
            assertThrows(
                    IllegalArgumentException.class, () -> TimeAxisAttention.Inputs.of(flat, null));
        }
    }
}
