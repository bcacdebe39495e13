package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class RowsTest {

    private final NDManager manager = TestEngine.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray rows(NDArray array) {
        try (NDManager step = manager.newSubManager()) {
            NDArray rows = Rows.of(array, HostArrays.indices(step, new int[] {2, 0, 2}));
            assertSame(manager, rows.getManager());
            return rows;
        }
    }

    @Test
    void rowsOfAnyShapeAreTaken() {
        float[] values = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
        float[] taken = {8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11};
        for (Shape row : new Shape[] {new Shape(4), new Shape(2, 2), new Shape(1, 4, 1)}) {
            NDArray rows = rows(manager.create(values, new Shape(3).addAll(row)));
            assertEquals(new Shape(3).addAll(row), rows.getShape());
            assertArrayEquals(taken, rows.toFloatArray());
        }
    }

    @Test
    void viewsWithGapsAreTaken() {
        NDArray whole = manager.arange(0f, 12, 1).reshape(3, 2, 2);
        NDArray rows = rows(whole.get(":, :, 1:"));
        assertArrayEquals(new float[] {9, 11, 1, 3, 9, 11}, rows.toFloatArray());
    }

    @Test
    void othersThanFloatsAndSingleNumbersAreTaken() {
        NDArray whole = manager.create(new int[] {1, 2, 3, 4, 5, 6}, new Shape(3, 2));
        NDArray rows = rows(whole);
        assertEquals(DataType.INT32, rows.getDataType());
        assertArrayEquals(new int[] {5, 6, 1, 2, 5, 6}, rows.toIntArray());
        assertArrayEquals(
                new float[] {9, 7, 9}, rows(manager.create(new float[] {7, 8, 9})).toFloatArray());
    }
}
