package org.attn4j.visual;

import org.attn4j.common.Require;

/** Checks of arrays with three axes, heads first. */
final class Grids {

    private Grids() {}

    /** Every head must have the same rows, every row the same columns, and none be empty. */
    static void check(String name, float[][][] grid, int most) {
        Require.that(
                grid.length > 0 && grid[0].length > 0 && grid[0][0].length > 0,
                "%s must not be empty",
                name);
        int rows = grid[0].length;
        int columns = grid[0][0].length;
        Require.that(
                rows <= most && columns <= most,
                "%s must be at most %s by %s, got %s by %s",
                name,
                most,
                most,
                rows,
                columns);
        for (float[][] head : grid) {
            Require.that(
                    head.length == rows,
                    "%s must have the same rows in every head, got %s and %s",
                    name,
                    rows,
                    head.length);
            for (float[] row : head) {
                Require.that(
                        row.length == columns,
                        "%s must have the same columns in every row, got %s and %s",
                        name,
                        columns,
                        row.length);
            }
        }
    }

    static void checkFiniteOrNaN(String name, float[][][] grid) {
        for (float[][] head : grid) {
            for (float[] row : head) {
                for (float value : row) {
                    Require.that(!Float.isInfinite(value), "%s must be finite or NaN", name);
                }
            }
        }
    }

    static void checkFinite(String name, float[][][] grid) {
        for (float[][] head : grid) {
            for (float[] row : head) {
                for (float value : row) {
                    Require.that(Float.isFinite(value), "%s must be finite", name);
                }
            }
        }
    }
}
