package org.attn4j.visual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;

class QuantisedTest {

    @Test
    void numbersComeBackWithinHalfAStep() throws DataFormatException {
        float[][][] weights = SamplePages.weights(new Random(1), 2, 5, 7, 2);
        weights[1][2][3] = Float.NaN;
        weights[0][0][0] = 0;
        for (int levels : new int[] {30, 254, 1022, Quantised.finest()}) {
            assertComeBack(weights, Quantised.of(weights, levels));
        }
        weights[0][4][4] = -0.5f;
        assertComeBack(weights, Quantised.of(weights, 254));
        assertComeBack(weights, Quantised.of(weights, 4094));
    }

    /** Decodes as {@code data.js} does. */
    private static void assertComeBack(float[][][] grid, Quantised stored)
            throws DataFormatException {
        int columns = grid[0][0].length;
        int count = grid.length * grid[0].length * columns;
        byte[] bytes = new byte[count * stored.bits() / 8];
        Inflater inflater = new Inflater();
        inflater.setInput(Base64.getDecoder().decode(stored.data()));
        assertEquals(bytes.length, inflater.inflate(bytes));
        inflater.end();
        for (int i = 0; i < count; i++) {
            int high = stored.bits() == 16 ? bytes[count + i] & 0xff : 0;
            int code = bytes[i] & 0xff | high << 8;
            float wanted =
                    grid[i / columns / grid[0].length][i / columns % grid[0].length][i % columns];
            double back =
                    code == (1 << stored.bits()) - 1
                            ? Double.NaN
                            : (code - stored.bias()) * stored.step();
            // half a step, and the rounding of float to its 24 bits
            assertEquals(wanted, back, wanted == 0 ? 0 : stored.step() / 2 + 1e-7);
        }
    }

    @Test
    void zerosAloneAreFine() throws DataFormatException {
        assertComeBack(new float[2][3][4], Quantised.of(new float[2][3][4], 254));
    }

    @Test
    void moreRoomGivesFinerSteps() {
        List<float[][][]> grids = new ArrayList<>();
        grids.add(SamplePages.weights(new Random(1), 4, 128, 128, 1));
        int fine = Quantised.levelsWithin(grids, 1_000_000);
        int coarse = Quantised.levelsWithin(grids, 20_000);
        assertEquals(Quantised.finest(), fine);
        assertTrue(coarse < 254, () -> coarse + " levels");
        int taken = Quantised.of(grids.get(0), coarse).data().length() * 3 / 4;
        assertTrue(taken < 22_000, () -> taken + " bytes, judged by one row in sixteen");
    }
}
