package org.attn4j.attention.position;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class RotaryEmbeddingTest {

    @Test
    void consecutivePlacesEqualGivenPlaces() {
        RotaryEmbedding rotary = RotaryEmbedding.builder().setSize(4).build();
        try (NDManager manager = TestEngine.manager()) {
            NDArray heads = manager.arange(0f, 2 * 3 * 5 * 6, 1).reshape(2, 3, 5, 6).div(50);
            NDArray places = manager.create(new long[] {7, 8, 9, 10, 11});
            Numbers.assertClose(
                    "turned",
                    rotary.apply(heads, places).toFloatArray(),
                    rotary.apply(heads, 7).toFloatArray(),
                    1e-6,
                    1e-6);
        }
    }

    @Test
    void productsDependOnTheDistanceAlone() {
        try (NDManager manager = TestEngine.manager()) {
            for (RotaryEmbedding.Layout layout : RotaryEmbedding.Layout.values()) {
                RotaryEmbedding rotary =
                        RotaryEmbedding.builder().setSize(8).optLayout(layout).build();
                NDArray query = manager.arange(0f, 8, 1).div(8).sin().reshape(1, 1, 1, 8);
                NDArray key = manager.arange(8f, 16, 1).cos().reshape(1, 1, 1, 8);
                float near = rotary.apply(query, 5).mul(rotary.apply(key, 2)).sum().getFloat();
                float far = rotary.apply(query, 105).mul(rotary.apply(key, 102)).sum().getFloat();
                float other = rotary.apply(query, 5).mul(rotary.apply(key, 3)).sum().getFloat();
                Numbers.assertClose("product", new float[] {near}, new float[] {far}, 1e-4, 0);
                assertTrue(Math.abs(near - other) > 1e-3, "another distance gives another product");
            }
        }
    }

    @Test
    void linearScalingReadsTwicePlacesAsOne() {
        RotaryEmbedding plain = RotaryEmbedding.builder().setSize(6).build();
        RotaryEmbedding scaled = RotaryEmbedding.builder().setSize(6).optLinearScaling(2).build();
        try (NDManager manager = TestEngine.manager()) {
            NDArray heads = manager.arange(0f, 6, 1).reshape(1, 1, 1, 6);
            Numbers.assertClose(
                    "turned",
                    plain.apply(heads, 3).toFloatArray(),
                    scaled.apply(heads, 6).toFloatArray(),
                    1e-5,
                    1e-6);
        }
    }

    @Test
    void halfPrecisionStaysHalf() {
        RotaryEmbedding rotary = RotaryEmbedding.builder().setSize(4).build();
        try (NDManager manager = TestEngine.manager()) {
            NDArray heads = manager.ones(new Shape(1, 1, 3, 4)).toType(DataType.FLOAT16, false);
            assertTrue(rotary.apply(heads, 0).getDataType() == DataType.FLOAT16);
        }
    }

    @Test
    void badSizesAreRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> RotaryEmbedding.builder().setSize(5).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> RotaryEmbedding.builder().setSize(4).optBase(0).build());
        try (NDManager manager = TestEngine.manager()) {
            RotaryEmbedding rotary = RotaryEmbedding.builder().setSize(8).build();
            NDArray narrow = manager.ones(new Shape(1, 1, 3, 4));
            assertThrows(IllegalArgumentException.class, () -> rotary.apply(narrow, 0));
        }
    }
}
