package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Map;
import org.attn4j.attention.kernel.AttentionKernel;
import org.attn4j.attention.parity.Fixture;
import org.attn4j.attention.parity.FixtureInputs;
import org.attn4j.attention.parity.ParityCase;

/** Holds {@link LayerNorm} against dumps {@code layer_norm}. */
public final class LayerNormParity implements ParityCase {

    /** Creates the case, as the service loader does. */
    public LayerNormParity() {}

    /** {@inheritDoc} */
    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("layer_norm")
                && fixture.hasAll("in/x", "in/weight", "in/bias");
    }

    /** {@inheritDoc} */
    @Override
    public Map<String, NDArray> compute(FixtureInputs inputs, AttentionKernel kernel) {
        NDArray weight = inputs.array("weight"); // (D)
        LayerNorm norm = new LayerNorm(weight.getShape().get(0), inputs.fixture().number("eps"));
        inputs.bind(norm, "weight", weight);
        inputs.bind(norm, "bias", inputs.array("bias"));
        NDList x = new NDList(inputs.array("x"));
        return Map.of("y", norm.forward(inputs.parameters(), x, false).singletonOrThrow());
    }
}
