package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Map;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.AttentionKernel;

/** Dump {@code layer_norm}. */
final class LayerNormCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("layer_norm")
                && fixture.hasAll("in/x", "in/weight", "in/bias");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        NDArray weight = in.array("weight"); // (D)
        LayerNorm norm = new LayerNorm(weight.getShape().get(0), in.fixture().number("eps"));
        in.bind(norm, "weight", weight);
        in.bind(norm, "bias", in.array("bias"));
        NDList x = new NDList(in.array("x"));
        return Map.of("y", norm.forward(in.parameters(), x, false).singletonOrThrow());
    }
}
