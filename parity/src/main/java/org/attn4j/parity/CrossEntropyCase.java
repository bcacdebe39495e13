package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Map;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.attention.ops.LossKernel;
import org.attn4j.attention.ops.Scalars;

/** Dump {@code cross_entropy}: means over the labels that are not ignored, plain and smoothed. */
final class CrossEntropyCase implements ParityCase {

    private static final int IGNORED = -100;

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("cross_entropy")
                && fixture.hasAll("in/logits", "in/targets");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        LossKernel loss = in.kernels().loss();
        NDArray logits = in.array("logits"); // (M, V)
        NDArray labels = in.array("targets"); // (M)
        int ignored = in.fixture().integer("ignore_index", IGNORED);
        float smoothing = (float) in.fixture().number("label_smoothing", 0);
        double mean = 1 / labels.neq(ignored).toType(DataType.FLOAT32, false).sum().getFloat();
        return Map.of(
                "loss",
                Scalars.multiply(loss.crossEntropy(logits, labels, 0, ignored), mean),
                "loss_smoothed",
                Scalars.multiply(loss.crossEntropy(logits, labels, smoothing, ignored), mean));
    }
}
