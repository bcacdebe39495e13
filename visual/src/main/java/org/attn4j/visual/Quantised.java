package org.attn4j.visual;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Numbers as a page carries them: whole multiples of a step, deflated, in base 64.
 *
 * <p>A stored number k stands for {@code (k − bias) · step}, the largest that the bits hold for
 * NaN. Numbers of 16 bits come as all their low bytes, then all their high ones, which deflates
 * better than both in turn. {@code data.js} reads them.
 *
 * @param bits 8 or 16
 * @param bias what is stored for 0
 * @param step the difference between neighbours
 * @param data the numbers, zlib in base 64
 */
record Quantised(int bits, int bias, double step, String data) {

    /** How finely numbers are told apart, from the finest: steps from 0 to the largest. */
    private static final int[] LEVELS = {
        65_534, 16_382, 4_094, 2_046, 1_022, 510, 254, 126, 62, 30
    };

    /** Of these rows one in so many is enough to tell how well the rest deflates. */
    private static final int SAMPLED = 16;

    /**
     * Finds how finely grids can be told apart within a size.
     *
     * @param grids the grids
     * @param bytes what they may take, deflated
     * @return the finest levels that fit, or the coarsest if none do
     */
    static int levelsWithin(Iterable<float[][][]> grids, long bytes) {
        for (int levels : LEVELS) {
            long size = 0;
            for (float[][][] grid : grids) {
                size += deflatedSize(grid, levels);
            }
            if (size <= bytes) {
                return levels;
            }
        }
        return LEVELS[LEVELS.length - 1];
    }

    static int finest() {
        return LEVELS[0];
    }

    private static long deflatedSize(float[][][] grid, int levels) {
        int rows = grid.length * grid[0].length;
        int every = rows < 16 * SAMPLED ? 1 : SAMPLED;
        return (long) deflated(codes(grid, levels, every), bitsOf(levels)).length * every;
    }

    /**
     * Quantises a grid.
     *
     * @param grid three axes, the last one fastest
     * @param levels how many steps from 0 to its largest number
     * @return the numbers
     */
    static Quantised of(float[][][] grid, int levels) {
        Scale scale = Scale.of(grid, levels);
        byte[] bytes = deflated(codes(grid, levels, 1), bitsOf(levels));
        return new Quantised(
                bitsOf(levels), scale.bias, scale.step, Base64.getEncoder().encodeToString(bytes));
    }

    private static int bitsOf(int levels) {
        return levels > 254 ? 16 : 8;
    }

    /** Numbers of both signs share the levels. */
    private record Scale(int bias, double step) {

        static Scale of(float[][][] grid, int levels) {
            double largest = 0;
            boolean negative = false;
            for (float[][] head : grid) {
                for (float[] row : head) {
                    for (float value : row) {
                        largest = Math.max(largest, Math.abs(Float.isNaN(value) ? 0 : value));
                        negative |= value < 0;
                    }
                }
            }
            int bias = negative ? levels / 2 : 0;
            return new Scale(bias, largest == 0 ? 1 : largest / (levels - bias));
        }
    }

    /** The numbers of every row, or of one row in some. */
    private static char[] codes(float[][][] grid, int levels, int every) {
        Scale scale = Scale.of(grid, levels);
        int rows = grid.length * grid[0].length;
        int columns = grid[0][0].length;
        int taken = (rows + every - 1) / every;
        char[] codes = new char[Math.multiplyExact(taken, columns)];
        char unseen = (char) ((1 << bitsOf(levels)) - 1);
        for (int i = 0; i < taken; i++) {
            float[] row = grid[i * every / grid[0].length][i * every % grid[0].length];
            for (int j = 0; j < columns; j++) {
                codes[i * columns + j] =
                        Float.isNaN(row[j])
                                ? unseen
                                : (char) (Math.round(row[j] / scale.step) + scale.bias);
            }
        }
        return codes;
    }

    private static byte[] deflated(char[] codes, int bits) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION);
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater, 1 << 16)) {
            for (int shift = 0; shift < bits; shift += 8) {
                byte[] plane = new byte[codes.length];
                for (int i = 0; i < plane.length; i++) {
                    plane[i] = (byte) (codes[i] >> shift);
                }
                out.write(plane);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }
}
