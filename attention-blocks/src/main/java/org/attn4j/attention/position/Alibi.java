package org.attn4j.attention.position;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.ops.Temporaries;
import org.attn4j.common.Require;

/**
 * Attention with linear biases: the score falls with the distance, {@code −slope[n] · |i − j|}, at
 * a rate of each head's own.
 *
 * <p>Press, Smith and Lewis 2022, section 3. For N heads, a power of two, the slopes are 2^(−8/N),
 * 2^(−16/N), … For other N they are those of the next lower power, then every second one of twice
 * that power, as in the authors' program.
 *
 * <p>It has no parameters and needs no other positions. It costs one (N, T, S) array and lets a
 * model read sequences longer than those it was trained on.
 */
public final class Alibi implements ScoreBias {

    private final float[] slopes;

    /**
     * Creates the biases.
     *
     * @param heads N
     */
    public Alibi(int heads) {
        Require.that(heads >= 1, "heads must be at least 1, got heads=%s", heads);
        slopes = new float[heads];
        int power = Integer.highestOneBit(heads);
        for (int n = 0; n < heads; n++) {
            double exponent =
                    n < power ? -8.0 * (n + 1) / power : -4.0 * (2 * (n - power) + 1) / power;
            slopes[n] = (float) Math.pow(2, exponent);
        }
    }

    /**
     * Returns the slope of each head.
     *
     * @return N slopes
     */
    public float[] slopes() {
        return slopes.clone();
    }

    @Override
    public NDArray bias(
            ParameterStore parameters,
            NDManager manager,
            long queryLength,
            long keyLength,
            boolean training) {
        return bias(manager, queryLength, keyLength);
    }

    /**
     * Returns the biases; the queries are the last T of the S positions.
     *
     * @param manager where the result lives
     * @param queryLength T
     * @param keyLength S
     * @return (1, N, T, S)
     */
    public NDArray bias(NDManager manager, long queryLength, long keyLength) {
        return Temporaries.FREED.of(
                () -> {
                    NDArray query =
                            manager.arange((float) (keyLength - queryLength), keyLength, 1)
                                    .reshape(1, 1, queryLength, 1);
                    NDArray key = manager.arange(0f, keyLength, 1).reshape(1, 1, 1, keyLength);
                    return key.sub(query).abs().mul(heads(manager).neg()); // (1, N, T, S)
                });
    }

    /**
     * Returns the biases as Bloom has them: by the position of the key alone, counted over the keys
     * that are no padding. Under a causal mask this differs from {@link #bias(NDManager, long,
     * long)} by a constant in each row, which softmax takes away.
     *
     * @param manager where the result lives
     * @param visible (B, S), boolean or of zeros and ones: zero for padding
     * @return (B, N, 1, S)
     */
    public NDArray keyBias(NDManager manager, NDArray visible) {
        Shape shape = visible.getShape();
        NDArray bias =
                Temporaries.FREED.of(
                        () -> {
                            NDArray seen = visible.toType(DataType.FLOAT32, false);
                            NDArray positions =
                                    Scalars.subtract(seen.cumSum(1), 1)
                                            .mul(seen)
                                            .reshape(shape.get(0), 1, 1, shape.get(1));
                            return positions.mul(heads(manager));
                        });
        bias.attach(manager);
        return bias;
    }

    private NDArray heads(NDManager manager) {
        return HostArrays.of(manager, slopes, new Shape(1, slopes.length, 1, 1));
    }
}
