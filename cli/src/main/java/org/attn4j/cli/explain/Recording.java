package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.attn4j.attention.capture.AttentionObserver;

/** Keeps everything that a block tells, in its order. */
final class Recording implements AttentionObserver {

    /** The name under which weights stand among the stages. */
    static final String WEIGHTS = "weights";

    private final List<Told> all = new ArrayList<>();

    /**
     * What was told.
     *
     * @param site where it arose; empty for the block itself
     * @param stage which stage, or {@link #WEIGHTS}
     * @param shape its shape
     * @param values its numbers
     */
    record Told(String site, String stage, Shape shape, float[] values) {

        static Told of(String site, String stage, NDArray array) {
            float[] values = array.toType(DataType.FLOAT32, false).toFloatArray();
            return new Told(site, stage, array.getShape(), values);
        }

        /** How many matrices it holds: one for each head, usually. */
        int count() {
            return values.length / Math.max(1, rows() * columns());
        }

        /** A matrix of the last two dimensions. */
        float[][] matrix(int index) {
            int rows = rows();
            int columns = columns();
            float[][] matrix = new float[rows][];
            for (int row = 0; row < rows; row++) {
                int from = (index * rows + row) * columns;
                matrix[row] = Arrays.copyOfRange(values, from, from + columns);
            }
            return matrix;
        }

        boolean isZero() {
            for (float value : values) {
                if (value != 0) {
                    return false;
                }
            }
            return true;
        }

        private int rows() {
            int dimension = shape.dimension();
            return dimension < 2 ? 1 : Math.toIntExact(shape.get(dimension - 2));
        }

        private int columns() {
            int dimension = shape.dimension();
            return dimension < 1 ? 1 : Math.toIntExact(shape.get(dimension - 1));
        }

        /** The number behind the last dot of its site, from 0; −1 for none. */
        int number() {
            int dot = site.lastIndexOf('.');
            return dot < 0 ? -1 : Integer.parseInt(site.substring(dot + 1));
        }

        /** Its site without the number. */
        String kind() {
            int dot = site.lastIndexOf('.');
            return dot < 0 ? site : site.substring(0, dot);
        }

        /**
         * Whether it says again what another step of its kind told, as terms do that none changes.
         */
        boolean repeats(Told other) {
            return !stage.equals(WEIGHTS)
                    && stage.equals(other.stage)
                    && kind().equals(other.kind())
                    && hasNumbersOf(other);
        }

        /** Whether it has the same numbers. */
        boolean hasNumbersOf(Told other) {
            return Arrays.equals(values, other.values);
        }
    }

    @Override
    public void observe(String site, NDArray weights) {
        stage(site, WEIGHTS, () -> weights);
    }

    @Override
    public void stage(String site, String stage, Supplier<NDArray> values) {
        NDArray array = values.get();
        all.add(Told.of(site, stage, array));
    }

    List<Told> all() {
        return List.copyOf(all);
    }

    /** What the block itself told under a name. */
    Told get(String stage) {
        return all.stream()
                .filter(told -> told.site().isEmpty() && told.stage().equals(stage))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(stage + " was not told"));
    }
}
