package org.attn4j.attention.position;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.position.SinusoidalPositions.Layout;
import org.attn4j.attention.position.SinusoidalPositions.Timescale;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class SinusoidalPositionsTest {

    @Test
    void positionsMayBeGiven() {
        try (NDManager manager = TestEngine.manager()) {
            SinusoidalPositions positions =
                    SinusoidalPositions.builder().setSize(6).optPrecomputed(4).build();
            NDArray given = manager.create(new long[] {5, 0, 3, 3}, new Shape(2, 2));
            NDArray all = positions.encode(manager, 0, 6); // (6, D)
            NDArray found = positions.encode(manager, given); // (2, 2, D)
            assertEquals(new Shape(2, 2, 6), found.getShape());
            for (int i = 0; i < 4; i++) {
                long position = new long[] {5, 0, 3, 3}[i];
                assertArrayEquals(
                        all.get(position).toFloatArray(),
                        found.reshape(4, 6).get(i).toFloatArray(),
                        0);
            }
        }
    }

    /** Place 3, D = 4: the frequencies are exp(0) = 1 and exp(−ln 10000) = 0.0001. */
    @Test
    void tensor2tensorsLastFrequencyIsTheLowest() {
        SinusoidalPositions positions =
                SinusoidalPositions.builder()
                        .setSize(4)
                        .optLayout(Layout.HALVES)
                        .optTimescale(Timescale.TENSOR2TENSOR)
                        .build();
        try (NDManager manager = TestEngine.manager()) {
            float[] expected = {0.14112f, 0.0003f, -0.9899925f, 0.99999995f};
            Numbers.assertClose(
                    "place 3", expected, positions.encode(manager, 3, 1).toFloatArray(), 1e-7, 0);
        }
    }

    @Test
    void firstPositionShiftsAllPlaces() {
        SinusoidalPositions plain = SinusoidalPositions.builder().setSize(6).build();
        SinusoidalPositions shifted =
                SinusoidalPositions.builder().setSize(6).optFirstPosition(2).build();
        try (NDManager manager = TestEngine.manager()) {
            Numbers.assertClose(
                    "places",
                    plain.encode(manager, 2, 5).toFloatArray(),
                    shifted.encode(manager, 0, 5).toFloatArray(),
                    0,
                    0);
        }
    }

    @Test
    void placesBeyondTheTableAreComputed() {
        SinusoidalPositions large =
                SinusoidalPositions.builder().setSize(6).optPrecomputed(20).build();
        SinusoidalPositions small =
                SinusoidalPositions.builder().setSize(6).optPrecomputed(4).build();
        try (NDManager manager = TestEngine.manager()) {
            Numbers.assertClose(
                    "places",
                    large.encode(manager, 3, 9).toFloatArray(),
                    small.encode(manager, 3, 9).toFloatArray(),
                    0,
                    0);
        }
    }

    @Test
    void oddSizes() {
        try (NDManager manager = TestEngine.manager()) {
            var paper = SinusoidalPositions.builder().setSize(5).build().encode(manager, 1, 1);
            float fifth = (float) Math.sin(Math.pow(10000, -4 / 5.0));
            assertEquals(fifth, paper.getFloat(0, 4), 1e-7);
            var tensor2tensor =
                    SinusoidalPositions.builder()
                            .setSize(5)
                            .optLayout(Layout.HALVES)
                            .optTimescale(Timescale.TENSOR2TENSOR)
                            .build()
                            .encode(manager, 1, 1);
            assertEquals(0, tensor2tensor.getFloat(0, 4));
            assertEquals(Math.cos(1), tensor2tensor.get(new NDIndex("0, 2")).getFloat(), 1e-7);
        }
    }

    @Test
    void badSizesAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> SinusoidalPositions.builder().setSize(1).build());
    }
}
