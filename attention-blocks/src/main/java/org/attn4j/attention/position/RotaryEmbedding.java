package org.attn4j.attention.position;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Rotation;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * Rotary position embedding: pairs of features of a query or key are rotated by an angle that grows
 * with the position, so that their product depends on the distance alone.
 *
 * <p>Su et al. 2021 (RoFormer), section 3.2.2: pair i of position p is rotated by {@code p ·
 * base^(−2i/R)}, R being the number of features that are rotated. It has no parameters and is
 * applied to query and key in each layer, at a cost of B·N·T·H.
 */
public final class RotaryEmbedding {

    /** Which features form a pair. */
    public enum Layout {
        /** Neighbours, 2i and 2i + 1: the paper, GPT-J, DeepSeek. */
        INTERLEAVED,
        /**
         * Feature i of the first half and of the second: Llama, GPT-NeoX, Mistral in Hugging Face's
         * format.
         */
        HALVES
    }

    private final int size;
    private final Layout layout;
    private final double base;
    private final RotaryScaling scaling;
    private final float[] frequencies; // of short sequences

    private RotaryEmbedding(Builder builder) {
        size = builder.size;
        layout = builder.layout;
        base = builder.base;
        scaling = builder.scaling;
        frequencies = scaling.frequencies(size, base, 0);
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
     * Returns R.
     *
     * @return how many features at the start of a head are rotated
     */
    public int size() {
        return size;
    }

    /**
     * Returns the angles per position; those of short sequences where the scaling depends on the
     * length.
     *
     * @return R / 2 frequencies, in radians a position
     */
    public float[] frequencies() {
        return frequencies.clone();
    }

    /**
     * Rotates heads at consecutive positions.
     *
     * @param heads (B, N, T, H)
     * @param first the position of the first of the T
     * @return (B, N, T, H)
     */
    public NDArray apply(NDArray heads, long first) {
        requireSize(heads);
        return rotation(heads.getManager(), first, heads.getShape().get(2)).apply(heads);
    }

    /**
     * Rotates heads at given positions.
     *
     * @param heads (B, N, T, H)
     * @param positions (T) or (B, T)
     * @return (B, N, T, H)
     */
    public NDArray apply(NDArray heads, NDArray positions) {
        requireSize(heads);
        return rotation(heads.getManager(), positions).apply(heads);
    }

    private void requireSize(NDArray heads) {
        long headSize = heads.getShape().get(3);
        Require.that(
                headSize >= size,
                "rotary size must be at most the head size, got size=%s, head size=%s",
                size,
                headSize);
    }

    /**
     * Returns how heads at given positions are rotated.
     *
     * @param manager where its arrays live
     * @param positions (T) or (B, T)
     * @return the rotation, in float32
     */
    public Rotation rotation(NDManager manager, NDArray positions) {
        NDArray angles = angles(manager, positions); // (B or 1, 1, T, R / 2)
        return new Rotation(
                scaled(angles.cos()), scaled(angles.sin()), layout == Layout.INTERLEAVED);
    }

    /**
     * Returns how heads at consecutive positions are rotated.
     *
     * @param manager where its arrays live
     * @param first the position of the first
     * @param count T
     * @return the rotation, in float32
     */
    public Rotation rotation(NDManager manager, long first, long count) {
        try (NDArray positions = manager.arange((float) first, first + count, 1)) {
            return rotation(manager, positions);
        }
    }

    private NDArray scaled(NDArray numbers) {
        return scaling.factor() == 1 ? numbers : Scalars.multiply(numbers, scaling.factor());
    }

    /**
     * Returns the angles of positions.
     *
     * @param manager where the result lives
     * @param positions (T) or (B, T)
     * @return (1, 1, T, R / 2) or (B, 1, T, R / 2), in radians
     */
    public NDArray angles(NDManager manager, NDArray positions) {
        Shape shape = positions.getShape();
        long rows = shape.dimension() == 1 ? 1 : shape.get(0);
        NDArray column =
                positions
                        .toType(DataType.FLOAT32, false)
                        .reshape(rows, 1, shape.get(shape.dimension() - 1), 1);
        return HostArrays.of(manager, frequencies(column), new Shape(1, 1, 1, frequencies.length))
                .mul(column); // (B or 1, 1, T, R / 2)
    }

    private float[] frequencies(NDArray positions) {
        if (!scaling.dependsOnLength()) {
            return frequencies;
        }
        try (NDArray last = positions.max()) {
            return scaling.frequencies(size, base, (long) last.toFloatArray()[0] + 1);
        }
    }

    /** Builds a {@link RotaryEmbedding}. */
    public static final class Builder {

        private int size;
        private Layout layout = Layout.HALVES;
        private double base = 10000;
        private RotaryScaling scaling = new RotaryScaling.Linear(1);

        private Builder() {}

        /**
         * Sets R, how many features of a head are rotated: the head size, or less to rotate a part.
         *
         * @param size an even number
         * @return this builder
         */
        public Builder setSize(int size) {
            this.size = size;
            return this;
        }

        /**
         * Sets which features form a pair; {@link Layout#HALVES} unless set.
         *
         * @param layout the layout
         * @return this builder
         */
        public Builder optLayout(Layout layout) {
            this.layout = layout;
            return this;
        }

        /**
         * Sets the base of the frequencies, which Hugging Face calls theta; 10000 unless set.
         *
         * @param base above 0
         * @return this builder
         */
        public Builder optBase(double base) {
            this.base = base;
            return this;
        }

        /**
         * Sets linear scaling: positions are divided by this, so that a model reads so many times
         * longer sequences (Chen et al. 2023, position interpolation); 1 unless set.
         *
         * @param scaling above 0
         * @return this builder
         */
        public Builder optLinearScaling(double scaling) {
            return optScaling(new RotaryScaling.Linear(scaling));
        }

        /**
         * Sets how frequencies are changed for longer sequences; not at all unless set.
         *
         * @param scaling the kind and its settings
         * @return this builder
         */
        public Builder optScaling(RotaryScaling scaling) {
            this.scaling = scaling;
            return this;
        }

        /**
         * Builds the embedding.
         *
         * @return the embedding
         */
        public RotaryEmbedding build() {
            Require.that(
                    size >= 2 && size % 2 == 0,
                    "size must be even and at least 2, got size=%s",
                    size);
            Require.that(base > 0, "base must be above 0, got base=%s", base);
            return new RotaryEmbedding(this);
        }
    }
}
