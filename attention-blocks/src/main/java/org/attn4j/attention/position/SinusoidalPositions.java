package org.attn4j.attention.position;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.common.Require;

/**
 * Positions as sines and cosines of falling frequencies, added to the embeddings.
 *
 * <p>Vaswani et al. 2017, section 3.5: {@code sin(p / 10000^(2i/D))} and {@code cos(p /
 * 10000^(2i/D))}. Programs differ in where they put them and in the last frequency; {@link Layout}
 * and {@link Timescale} name the variants. There are no parameters. Values are computed in double
 * precision and rounded once.
 */
public final class SinusoidalPositions {

    /** Where sines and cosines stand. */
    public enum Layout {
        /** Sines at even features, cosines at odd ones: the paper, DistilBERT. */
        INTERLEAVED,
        /** All sines, then all cosines: Marian, tensor2tensor, fairseq. */
        HALVES
    }

    /** How frequencies fall. */
    public enum Timescale {
        /** {@code 10000^(−2i/D)}: the last is a step short of 1/10000. */
        PAPER,
        /**
         * {@code exp(−i · ln(10000) / (D/2 − 1))}: the last is exactly 1/10000; tensor2tensor,
         * fairseq.
         */
        TENSOR2TENSOR
    }

    /**
     * The most numbers that are kept; the vectors of later positions are computed when asked for.
     */
    private static final int MAX_TABLE = 1 << 24;

    private final int size;
    private final Layout layout;
    private final int firstPosition;
    private final double[] frequencies;
    private final int length;
    private final float[] table; // (length, D)

    private SinusoidalPositions(Builder builder) {
        size = builder.size;
        layout = builder.layout;
        firstPosition = builder.firstPosition;
        frequencies = frequencies(builder);
        length = Math.min(builder.precomputed, MAX_TABLE / size);
        table = rows(0, length);
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the vectors of consecutive positions.
     *
     * @param manager where the result lives
     * @param first the first position, counted from 0 whatever {@link Builder#optFirstPosition} is
     * @param count T
     * @return (T, D)
     */
    public NDArray encode(NDManager manager, long first, long count) {
        int from = Math.toIntExact(first);
        int rows = Math.toIntExact(count);
        float[] values =
                from + rows <= length
                        ? Arrays.copyOfRange(table, from * size, (from + rows) * size)
                        : rows(from, rows);
        return HostArrays.of(manager, values, new Shape(rows, size));
    }

    /**
     * Returns the vectors of given positions.
     *
     * @param manager where the result lives
     * @param positions (T) or (B, T) of int64, counted from 0
     * @return (T, D) or (B, T, D)
     */
    public NDArray encode(NDManager manager, NDArray positions) {
        long[] asked = positions.toLongArray();
        float[] values = new float[Math.multiplyExact(asked.length, size)];
        for (int i = 0; i < asked.length; i++) {
            int position = Math.toIntExact(asked[i]);
            boolean known = position < length;
            float[] from = known ? table : rows(position, 1);
            System.arraycopy(from, known ? position * size : 0, values, i * size, size);
        }
        return HostArrays.of(manager, values, positions.getShape().add(size));
    }

    private float[] rows(int first, int count) {
        float[] values = new float[Math.multiplyExact(count, size)];
        for (int row = 0; row < count; row++) {
            double position = (double) firstPosition + first + row;
            for (int i = 0; i < frequencies.length; i++) {
                double angle = position * frequencies[i];
                int sine = layout == Layout.INTERLEAVED ? 2 * i : i;
                int cosine = layout == Layout.INTERLEAVED ? 2 * i + 1 : frequencies.length + i;
                values[row * size + sine] = (float) Math.sin(angle);
                if (cosine < size) {
                    values[row * size + cosine] = (float) Math.cos(angle);
                }
            }
        }
        return values;
    }

    /**
     * An odd D has one more sine than cosines by the paper, and a last feature of zeros in
     * tensor2tensor.
     */
    private static double[] frequencies(Builder builder) {
        boolean paper = builder.timescale == Timescale.PAPER;
        double[] values = new double[paper ? (builder.size + 1) / 2 : builder.size / 2];
        for (int i = 0; i < values.length; i++) {
            double exponent = paper ? 2.0 * i / builder.size : i / Math.max(values.length - 1.0, 1);
            values[i] = Math.pow(builder.base, -exponent);
        }
        return values;
    }

    /** Builds {@link SinusoidalPositions}. */
    public static final class Builder {

        private int size;
        private Layout layout = Layout.INTERLEAVED;
        private Timescale timescale = Timescale.PAPER;
        private double base = 10000;
        private int firstPosition;
        private int precomputed = 512;

        private Builder() {}

        /**
         * Sets D.
         *
         * @param size at least 2
         * @return this builder
         */
        public Builder setSize(int size) {
            this.size = size;
            return this;
        }

        /**
         * Sets where sines and cosines stand; {@link Layout#INTERLEAVED} unless set.
         *
         * @param layout the layout
         * @return this builder
         */
        public Builder optLayout(Layout layout) {
            this.layout = layout;
            return this;
        }

        /**
         * Sets how frequencies fall; {@link Timescale#PAPER} unless set.
         *
         * @param timescale the timescale
         * @return this builder
         */
        public Builder optTimescale(Timescale timescale) {
            this.timescale = timescale;
            return this;
        }

        /**
         * Sets the longest period over 2π; 10000 unless set.
         *
         * @param base above 1
         * @return this builder
         */
        public Builder optBase(double base) {
            this.base = base;
            return this;
        }

        /**
         * Sets the number of the first position: 0 unless set, 1 or 2 in programs that count from
         * after the padding id.
         *
         * @param firstPosition at least 0
         * @return this builder
         */
        public Builder optFirstPosition(int firstPosition) {
            this.firstPosition = firstPosition;
            return this;
        }

        /**
         * Sets how many positions are computed once at the start; 512 unless set. Later positions
         * work too, and are computed at each call.
         *
         * @param positions at least 0
         * @return this builder
         */
        public Builder optPrecomputed(int positions) {
            this.precomputed = positions;
            return this;
        }

        /**
         * Builds the positions.
         *
         * @return the positions
         */
        public SinusoidalPositions build() {
            Require.that(
                    size >= 2 && firstPosition >= 0 && precomputed >= 0 && base > 1,
                    "size must be at least 2, firstPosition and precomputed at least 0"
                            + " and base above 1, got size=%s, firstPosition=%s, precomputed=%s,"
                            + " base=%s",
                    size,
                    firstPosition,
                    precomputed,
                    base);
            return new SinusoidalPositions(this);
        }
    }
}
