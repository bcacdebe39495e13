package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class TensorLayoutsTest {

    private static NDManager manager() {
        return NDManager.newBaseManager(System.getProperty("attn4j.engine", "PyTorch"));
    }

    /**
     * Takes a stored tensor of 0, 1, 2 … apart, compares with numbers worked by hand, and puts it
     * together again.
     */
    private static void check(
            TensorLayout layout, Shape stored, List<Shape> shapes, float[]... parts) {
        try (NDManager manager = manager()) {
            assertEquals(stored, layout.storedShape(shapes));
            NDArray tensor =
                    manager.arange(0, (int) stored.size(), 1, DataType.FLOAT32).reshape(stored);
            NDList found = layout.toParameters(tensor, shapes);
            assertEquals(parts.length, found.size());
            for (int i = 0; i < parts.length; i++) {
                assertEquals(shapes.get(i), found.get(i).getShape());
                assertArrayEquals(parts[i], found.get(i).toFloatArray());
            }
            NDArray joined = layout.toStored(found);
            assertEquals(stored, joined.getShape());
            assertArrayEquals(tensor.toFloatArray(), joined.toFloatArray());
        }
    }

    @Test
    void transposes() {
        check(
                TensorLayouts.transposed(),
                new Shape(2, 3),
                List.of(new Shape(3, 2)),
                new float[] {0, 3, 1, 4, 2, 5});
    }

    @Test
    void stacksRowsOfAnyHeight() {
        check(
                TensorLayouts.rows(),
                new Shape(3, 2),
                List.of(new Shape(1, 2), new Shape(2, 2)),
                new float[] {0, 1},
                new float[] {2, 3, 4, 5});
        check(
                TensorLayouts.rows(),
                new Shape(3),
                List.of(new Shape(1), new Shape(2)),
                new float[] {0},
                new float[] {1, 2});
    }

    @Test
    void putsTransposedMatricesSideBySide() {
        // in 2, out 1 and 2: the stored rows are 0 1 2 and 3 4 5
        check(
                TensorLayouts.columns(),
                new Shape(2, 3),
                List.of(new Shape(1, 2), new Shape(2, 2)),
                new float[] {0, 3},
                new float[] {1, 4, 2, 5});
    }

    @Test
    void interleavesPerHead() {
        // 2 heads of size 1: stored rows are q0 k0 v0 q1 k1 v1
        check(
                TensorLayouts.perHead(2),
                new Shape(6, 2),
                List.of(new Shape(2, 2), new Shape(2, 2), new Shape(2, 2)),
                new float[] {0, 1, 6, 7},
                new float[] {2, 3, 8, 9},
                new float[] {4, 5, 10, 11});
        check(
                TensorLayouts.perHead(2),
                new Shape(8),
                List.of(new Shape(4), new Shape(4)),
                new float[] {0, 1, 4, 5},
                new float[] {2, 3, 6, 7});
    }

    @Test
    void addsALeadingOne() {
        check(
                TensorLayouts.leadingOne(),
                new Shape(1, 3),
                List.of(new Shape(3)),
                new float[] {0, 1, 2});
    }

    @Test
    void refusesShapesThatItCannotHold() {
        assertThrows(
                IllegalArgumentException.class,
                () -> TensorLayouts.rows().storedShape(List.of(new Shape(1, 2), new Shape(1, 3))));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        TensorLayouts.perHead(3)
                                .storedShape(List.of(new Shape(4, 2), new Shape(4, 2))));
        assertThrows(
                IllegalArgumentException.class,
                () -> TensorLayouts.transposed().storedShape(List.of(new Shape(4))));
        assertThrows(IllegalArgumentException.class, () -> TensorLayouts.perHead(0));
    }
}
