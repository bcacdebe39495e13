package org.attn4j.models;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;

/** The engine that this run of the tests is for. */
public final class TestEngine {

    private TestEngine() {}

    public static String name() {
        return System.getProperty("attn4j.engine", "PyTorch");
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
}
