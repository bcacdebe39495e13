package org.attn4j.attention.position;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class LearnedPositionsTest {

    private static LearnedPositions positions(NDManager manager, int offset) {
        LearnedPositions positions = new LearnedPositions(4, 3, offset);
        NDArray table = manager.arange(0f, (4 + offset) * 3, 1).reshape(4 + offset, 3);
        positions
                .getDirectParameters()
                .get("weight")
                .setInitializer((m, s, t) -> table.duplicate());
        positions.initialize(manager, DataType.FLOAT32, new Shape(1));
        return positions;
    }

    @Test
    void placesAreRowsOfTheTableAfterTheOffset() {
        try (NDManager manager = TestEngine.manager()) {
            ParameterStore store = new ParameterStore(manager, false);
            NDArray rows = positions(manager, 2).encode(store, manager, 1, 2, false);
            assertArrayEquals(new float[] {9, 10, 11, 12, 13, 14}, rows.toFloatArray());
            NDArray ids = manager.create(new long[] {3, 0}, new Shape(2, 1));
            NDList looked = positions(manager, 0).forward(store, new NDList(ids), false);
            assertEquals(new Shape(2, 1, 3), looked.singletonOrThrow().getShape());
            assertArrayEquals(
                    new float[] {9, 10, 11, 0, 1, 2}, looked.singletonOrThrow().toFloatArray());
        }
    }

    @Test
    void onlyThePlacesThatWereReadLearn() {
        try (NDManager manager = TestEngine.manager()) {
            LearnedPositions positions = positions(manager, 0);
            ParameterStore store = new ParameterStore(manager, false);
            TestEngine.backward(() -> positions.encode(store, manager, 1, 2, true).sum());
            NDArray gradient =
                    positions.getDirectParameters().get("weight").getArray().getGradient();
            assertArrayEquals(
                    new float[] {0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0}, gradient.toFloatArray());
        }
    }

    @Test
    void aSequenceThatIsTooLongIsRefusedInWords() {
        try (NDManager manager = TestEngine.manager()) {
            LearnedPositions positions = positions(manager, 0);
            ParameterStore store = new ParameterStore(manager, false);
            var error =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> positions.encode(store, manager, 2, 3, false));
            assertTrue(error.getMessage().contains("learned=4"), error.getMessage());
        }
    }
}
