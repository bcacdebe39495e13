package org.attn4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import java.util.List;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.datasets.Randomness;

/** Work on arrays of the engine. */
abstract class EngineWork implements Work {

    private final NDManager manager;

    EngineWork(NDManager parent) {
        manager = parent.newSubManager();
    }

    /** What the arrays belong to that stay for all runs. */
    final NDManager manager() {
        return manager;
    }

    /** Computes once; what it makes on the way is freed behind it. */
    abstract NDArray compute() throws Exception;

    @Override
    public List<float[]> values() throws Exception {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return List.of(compute().toFloatArray());
        }
    }

    @Override
    public final void run() throws Exception {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            compute();
        }
    }

    @Override
    public void close() {
        manager.close();
    }

    /** Normal numbers, the same for the same seed and shape. */
    static NDArray normal(NDManager manager, long seed, double deviation, Shape shape) {
        Randomness random = new Randomness(seed);
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return HostArrays.of(manager, values, shape);
    }

    /** Weights (out, in) that keep the variance of what goes through them. */
    static Initializer weights(long seed) {
        return (manager, shape, type) -> normal(manager, seed, 1 / Math.sqrt(shape.get(1)), shape);
    }
}
