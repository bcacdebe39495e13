package org.attn4j.testkit;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The engine that this test JVM runs: one to a process, named by the property {@code
 * attn4j.engine}.
 */
public final class TestEngine {

    private TestEngine() {}

    public static String name() {
        return System.getProperty("attn4j.engine", "PyTorch");
    }

    public static boolean isPyTorch() {
        return name().equals("PyTorch");
    }

    public static NDManager manager() {
        return NDManager.newBaseManager(name());
    }

    /**
     * Computes a scalar and the gradients of it, which the arrays that ask for one then hold.
     * Between the passes everything is collected that nothing holds, as it may be at any time.
     */
    public static void backward(Supplier<NDArray> loss) {
        try (GradientCollector collector = Engine.getEngine(name()).newGradientCollector()) {
            NDArray scalar = loss.get();
            List<ByteBuffer> others = FreedMemory.reuse();
            collector.backward(scalar);
            Reference.reachabilityFence(others);
        }
    }

    /** Computes as a training pass does; MXNet drops nothing outside of one. */
    public static NDArray training(Supplier<NDArray> pass) {
        try (GradientCollector collector = Engine.getEngine(name()).newGradientCollector()) {
            Objects.requireNonNull(collector);
            return pass.get();
        }
    }
}
