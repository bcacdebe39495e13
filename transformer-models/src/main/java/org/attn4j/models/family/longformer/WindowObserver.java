package org.attn4j.models.family.longformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.pattern.Sequences;

/**
 * Tells an observer Longformer's weights in the layout of transformers.
 *
 * <p>{@code layers.i.self_attn} becomes (B, N, T, R + window + 1): what a token gives to the global
 * tokens, of which a sequence has up to R, and then to its neighbours from half a window before it
 * to half a window after it, among whom global tokens count zero. Sequences of global tokens and of
 * hidden ones are zero. {@code layers.i.global_attn}, (B, N, S, R), is what the global tokens give
 * to each position, the positions filled up to a multiple of the widest window; where a sequence
 * has fewer than R of them, the columns left over hold 1/S.
 *
 * @param whole who is told
 * @param config the hyperparameters
 * @param visible (B, T) of ones and zeros; null if all are
 * @param global (B, T) of ones and zeros; null if none is
 */
record WindowObserver(
        AttentionObserver whole, LongformerConfig config, NDArray visible, NDArray global)
        implements AttentionObserver {

    private static final Pattern SITE = Pattern.compile("layers\\.(\\d+)\\.self_attn");

    @Override
    public void hidden(String site, NDArray states) {
        whole.hidden(site, states);
    }

    @Override
    public void observe(String site, NDArray weights) {
        Matcher matcher = SITE.matcher(site);
        if (!matcher.matches()) {
            whole.observe(site, weights);
            return;
        }
        int layer = Integer.parseInt(matcher.group(1));
        boolean[][] shown = flags(visible, weights.getShape(), true);
        boolean[][] globals = flags(global, weights.getShape(), false);
        int[][] positions =
                Arrays.stream(globals)
                        .map(row -> IntStream.range(0, row.length).filter(i -> row[i]).toArray())
                        .toArray(int[][]::new); // B of up to R
        int most = Arrays.stream(positions).mapToInt(own -> own.length).max().orElse(0);
        NDArray near = near(weights, config.windows().get(layer) / 2, shown, globals);
        if (most == 0) {
            whole.observe(site, near);
            return;
        }
        int[][] level =
                Arrays.stream(positions).map(own -> Arrays.copyOf(own, most)).toArray(int[][]::new);
        whole.observe(site, far(weights, positions, level, shown, globals).concat(near, 3));
        whole.observe("layers." + layer + ".global_attn", global(weights, positions, level));
    }

    /** What is given to neighbours: (B, N, T, T) to (B, N, T, 2·side + 1). */
    private NDArray near(NDArray weights, int side, boolean[][] shown, boolean[][] globals) {
        Shape shape = weights.getShape();
        int batch = globals.length;
        int length = globals[0].length; // T
        int width = 2 * side + 1;
        int[] columns = new int[length * width];
        float[] kept = new float[batch * length * width];
        for (int i = 0; i < length; i++) {
            for (int k = 0; k < width; k++) {
                int key = i + k - side;
                boolean inside = key >= 0 && key < length;
                columns[i * width + k] = i * length + (inside ? key : i);
                for (int b = 0; inside && b < batch; b++) {
                    boolean counts = shown[b][i] && !globals[b][i] && !globals[b][key];
                    kept[(b * length + i) * width + k] = counts ? 1 : 0;
                }
            }
        }
        NDArray rows =
                weights.reshape(shape.get(0) * shape.get(1), (long) length * length); // (B·N, T·T)
        return Sequences.take(rows, columns)
                .reshape(shape.get(0), shape.get(1), length, width)
                .mul(array(weights, kept, new Shape(batch, 1, length, width)));
    }

    /** What is given to the global tokens: (B, N, T, T) to (B, N, T, R). */
    private NDArray far(
            NDArray weights,
            int[][] positions,
            int[][] level,
            boolean[][] shown,
            boolean[][] globals) {
        int batch = globals.length;
        int length = globals[0].length;
        int most = level[0].length;
        float[] kept = new float[batch * length * most];
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < length; i++) {
                int start = (b * length + i) * most;
                boolean counts = shown[b][i] && !globals[b][i];
                Arrays.fill(kept, start, start + positions[b].length, counts ? 1 : 0);
            }
        }
        return Sequences.take(weights.transpose(0, 3, 1, 2), level) // (B, R, N, T)
                .transpose(0, 2, 3, 1)
                .mul(array(weights, kept, new Shape(batch, 1, length, most)));
    }

    /** What the global tokens give: (B, N, T, T) to (B, N, S, R). */
    private NDArray global(NDArray weights, int[][] positions, int[][] level) {
        Shape shape = weights.getShape();
        int length = Math.toIntExact(shape.get(2));
        int padded = config.paddedLength(length); // S
        int most = level[0].length;
        float[] real = new float[positions.length * most];
        for (int b = 0; b < positions.length; b++) {
            Arrays.fill(real, b * most, b * most + positions[b].length, 1);
        }
        NDArray given =
                Sequences.take(weights.swapAxes(1, 2), level).transpose(0, 2, 3, 1); // (B, N, T, R)
        if (padded > length) {
            Shape missing = new Shape(shape.get(0), shape.get(1), padded - length, most);
            given = given.concat(weights.getManager().zeros(missing, weights.getDataType()), 2);
        }
        NDArray counts = array(weights, real, new Shape(positions.length, 1, 1, most));
        return given.mul(counts).add(Scalars.divide(Scalars.subtract(1, counts), padded));
    }

    private static boolean[][] flags(NDArray flags, Shape weights, boolean otherwise) {
        int batch = Math.toIntExact(weights.get(0));
        int length = Math.toIntExact(weights.get(2));
        boolean[][] rows = new boolean[batch][length];
        float[] given = flags == null ? null : flags.toFloatArray();
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < length; i++) {
                rows[b][i] = given == null ? otherwise : given[b * length + i] != 0;
            }
        }
        return rows;
    }

    private static NDArray array(NDArray like, float[] numbers, Shape shape) {
        NDManager manager = like.getManager();
        DataType type = like.getDataType();
        return HostArrays.of(manager, numbers, shape).toType(type, false);
    }
}
