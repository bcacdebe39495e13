package org.attn4j.parity;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.attention.ops.AttentionKernel;
import org.attn4j.models.layer.Activation;

/** Holds {@link Activation} against dumps {@code activations}: each function that they name. */
public final class ActivationParity implements ParityCase {

    /** Creates the case, as the service loader does. */
    public ActivationParity() {}

    @Override
    public boolean matches(Fixture fixture) {
        return fixture.name().startsWith("activations") && fixture.has("in/x");
    }

    @Override
    public Map<String, NDArray> compute(FixtureInputs inputs, AttentionKernel kernel) {
        Map<String, NDArray> results = new LinkedHashMap<>();
        for (String tensor : inputs.fixture().names("out/")) {
            String name = tensor.substring("out/".length());
            if (!name.contains("/")) {
                results.put(name, Activation.of(name).apply(inputs.array("x")));
            }
        }
        return results;
    }
}
