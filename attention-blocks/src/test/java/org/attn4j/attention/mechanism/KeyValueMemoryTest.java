package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.testkit.CompositeContractTest;
import org.attn4j.testkit.Numbers;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class KeyValueMemoryTest {

    abstract static class Contract extends CompositeContractTest {

        @Override
        protected NDList inputs(NDManager manager) {
            return new NDList(
                    Numbers.random(manager, 1, new Shape(3, 6)),
                    Numbers.random(manager, 2, new Shape(3, 5, 6)),
                    Numbers.random(manager, 3, new Shape(3, 5, 6)),
                    Numbers.random(manager, 4, new Shape(3, 7, 6)),
                    first(manager, 5, 5, 2, 0));
        }

        @Test
        void hiddenMemoriesHaveNoWeightAndNoInfluence() {
            KeyValueMemory block = (KeyValueMemory) initialized(DataType.FLOAT32);
            NDList in = inputs(manager);
            NDArray hidden = in.get(4).logicalNot().toType(DataType.FLOAT32, false);
            WeightsRecorder recorder = new WeightsRecorder();
            KeyValueMemoryInputs inputs =
                    new KeyValueMemoryInputs(
                            in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), recorder);
            ParameterStore store = new ParameterStore(manager, false);
            MemoryOutput output = block.read(store, inputs, false);
            NDArray weights =
                    recorder.weights("hops.0").concat(recorder.weights("hops.1"), 2).squeeze(1);
            assertEquals(new Shape(3, 2, 5), weights.getShape());
            assertEquals(0, largest(weights.mul(hidden.reshape(3, 1, 5))));
            float[] sums = weights.sum(new int[] {2}).toFloatArray(); // (3, 2)
            for (int i = 0; i < sums.length; i++) {
                assertEquals(i < 4 ? 1 : 0, sums[i], 1e-5);
            }
            NDArray moved = in.get(1).add(hidden.reshape(3, 5, 1).mul(2));
            NDArray changed =
                    forward(block, new NDList(in.get(0), moved, in.get(2), in.get(3), in.get(4)));
            close(output.logits(), changed, 1e-6);
        }

        @Test
        void candidatesOfAllRowsCanBeGivenOnce() {
            Block block = initialized(DataType.FLOAT32);
            NDList in = inputs(manager);
            NDArray shared = in.get(3).get(0); // (C, D)
            NDArray repeated = shared.expandDims(0).repeat(0, 3);
            close(
                    forward(block, new NDList(in.get(0), in.get(1), in.get(2), repeated)),
                    forward(block, new NDList(in.get(0), in.get(1), in.get(2), shared)),
                    1e-6);
        }
    }

    @Nested
    class Separate extends Contract {
        @Override
        protected Block block() {
            return new KeyValueMemory(4, 2);
        }
    }

    @Nested
    class Tied extends Contract {
        @Override
        protected Block block() {
            return new KeyValueMemory(4, 2, true, Softmax.INSTANCE);
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new KeyValueMemory(0, 2));
    }
}
