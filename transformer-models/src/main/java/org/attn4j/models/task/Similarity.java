package org.attn4j.models.task;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/** How alike two vectors are, as sentence-transformers names it; the higher the more. */
public enum Similarity {
    /** The cosine of their angle. */
    COSINE,
    /** Their product. */
    DOT,
    /** The negative of their distance. */
    EUCLIDEAN,
    /** The negative sum of their differences. */
    MANHATTAN;

    private static final double SMALLEST = 1e-12;

    /**
     * Finds a similarity by its name.
     *
     * @param name {@code cosine}, {@code dot}, {@code euclidean} or {@code manhattan}
     * @return the similarity
     * @throws IllegalArgumentException if it is another name
     */
    public static Similarity of(String name) {
        for (Similarity each : values()) {
            if (each.toString().equals(name.toLowerCase(Locale.ROOT))) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "the similarity must be one of " + Arrays.toString(values()) + ", got " + name);
    }

    /**
     * Compares two vectors.
     *
     * @param left a vector
     * @param right a vector of the same length
     * @return how alike they are
     * @throws IllegalArgumentException if their lengths differ
     */
    public double of(float[] left, float[] right) {
        Require.that(
                left.length == right.length,
                "vectors must be of one length, got %s and %s",
                left.length,
                right.length);
        return switch (this) {
            case COSINE -> dot(left, right) / (length(left) * length(right));
            case DOT -> dot(left, right);
            case EUCLIDEAN ->
                    -Math.sqrt(sum(left.length, i -> square((double) left[i] - right[i])));
            case MANHATTAN -> -sum(left.length, i -> Math.abs((double) left[i] - right[i]));
        };
    }

    private static double dot(float[] left, float[] right) {
        return sum(left.length, i -> (double) left[i] * right[i]);
    }

    private static double length(float[] vector) {
        return Math.max(Math.sqrt(dot(vector, vector)), SMALLEST);
    }

    private static double square(double x) {
        return x * x;
    }

    private static double sum(int count, IntToDoubleFunction term) {
        return IntStream.range(0, count).mapToDouble(term).sum();
    }

    /** Returns the name in sentence-transformers. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
