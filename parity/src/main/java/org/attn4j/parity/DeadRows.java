package org.attn4j.parity;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a dump that count for nothing: hidden queries and steps past the end of a sequence.
 * All factors there are 0, so what an implementation does there is its own affair. Rows are told by
 * the letters of their axes: when the factors of a context (B, T, D) are 0 at a position (b, t),
 * the weights (B, T, S) are not compared there either.
 */
final class DeadRows {

    private static final String FACTORS = "cotangent/";

    private final Fixture fixture;
    private final NDManager manager;

    DeadRows(Fixture fixture, NDManager manager) {
        this.fixture = fixture;
        this.manager = manager;
    }

    /** Which elements of a tensor are in dead rows; null if none is. */
    boolean[] of(String tensor) {
        List<String> axes = fixture.axes(tensor);
        boolean[] dead = null;
        for (String factors : fixture.names(FACTORS)) {
            List<String> rows = fixture.axes(factors);
            if (rows.size() > 2) {
                rows = rows.subList(0, rows.size() - 1);
            }
            if (rows.size() < 2 || !axes.containsAll(rows)) {
                continue;
            }
            boolean[] here = dead(factors, rows.size(), places(axes, rows), fixture.shape(tensor));
            for (int i = 0; dead != null && i < here.length; i++) {
                here[i] &= dead[i]; // a row that any result counts is alive
            }
            dead = here;
        }
        return dead;
    }

    /** Where the letters of the rows first stand among the axes of the tensor. */
    private static int[] places(List<String> axes, List<String> rows) {
        List<Integer> places = new ArrayList<>();
        for (String row : rows) {
            int at = 0;
            while (!axes.get(at).equals(row) || places.contains(at)) {
                at++;
                if (at == axes.size()) {
                    return null; // a letter twice in the rows and once in the axes
                }
            }
            places.add(at);
        }
        return places.stream().mapToInt(Integer::intValue).toArray();
    }

    private boolean[] dead(String factors, int rank, int[] places, Shape shape) {
        boolean[] dead = new boolean[Math.toIntExact(shape.size())];
        if (places == null) {
            return dead;
        }
        boolean[] live = live(factors, rank);
        Shape rows = fixture.shape(factors);
        long[] index = new long[shape.dimension()];
        for (int i = 0; i < dead.length; i++) {
            long row = 0;
            for (int r = 0; r < rank; r++) {
                row = row * rows.get(r) + index[places[r]];
            }
            dead[i] = row >= live.length || !live[(int) row];
            for (int axis = index.length - 1;
                    axis >= 0 && ++index[axis] == shape.get(axis);
                    axis--) {
                index[axis] = 0;
            }
        }
        return dead;
    }

    /** Which rows, by their number, have any factor that is not 0. */
    private boolean[] live(String factors, int rank) {
        double[] values = fixture.numbers(manager, factors);
        Shape shape = fixture.shape(factors);
        int count = 1;
        for (int axis = 0; axis < rank; axis++) {
            count *= Math.toIntExact(shape.get(axis));
        }
        boolean[] live = new boolean[count];
        for (int i = 0; i < values.length; i++) {
            live[i / (values.length / count)] |= values[i] != 0;
        }
        return live;
    }
}
