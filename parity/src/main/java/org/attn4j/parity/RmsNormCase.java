package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.attn4j.attention.norm.RmsNorm;
import org.attn4j.attention.ops.AttentionKernel;

/** Dump {@code rms_norm}. */
final class RmsNormCase implements ParityCase {

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("rms_norm") && fixture.hasAll("in/x", "in/weight");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs in, AttentionKernel kernel) {
        NDArray weight = in.array("weight"); // (D)
        RmsNorm norm = new RmsNorm(weight.getShape().get(0), in.fixture().number("eps"));
        in.bind(norm, "weight", weight);
        return Map.of("y", norm.apply(in.parameters(), in.array("x"), true));
    }
}
