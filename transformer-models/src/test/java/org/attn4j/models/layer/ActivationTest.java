package org.attn4j.models.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.attn4j.models.TestEngine;
import org.attn4j.models.checkpoint.TensorSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class ActivationTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gelu",
                "gelu_new",
                "gelu_pytorch_tanh",
                "gelu_fast",
                "quick_gelu",
                "relu",
                "silu",
                "swish",
                "tanh",
                "sigmoid",
                "mish",
                "relu2"
            })
    void valuesAndDerivativesAreTheReferences(String name) throws Exception {
        try (NDManager manager = TestEngine.manager();
                TensorSource golden = golden()) {
            NDArray x = golden.read("in/x", manager);
            x.setRequiresGradient(true);
            float[] values;
            try (GradientCollector collector =
                    Engine.getEngine(TestEngine.name()).newGradientCollector()) {
                NDArray y = Activation.of(name).apply(x);
                values = y.toFloatArray();
                collector.backward(y.sum());
            }
            assertArrayEquals(floats(golden, "out/" + name, manager), values, 1e-5f);
            assertArrayEquals(
                    floats(golden, "out/derivative/" + name, manager),
                    x.getGradient().toFloatArray(),
                    1e-4f);
        }
    }

    private static float[] floats(TensorSource golden, String name, NDManager manager)
            throws IOException {
        return golden.read(name, manager).toFloatArray();
    }

    private static TensorSource golden() throws IOException, URISyntaxException {
        Path file =
                Path.of(
                        ActivationTest.class
                                .getResource("/goldens/attention/activations/golden.safetensors")
                                .toURI());
        return TensorSource.open(file);
    }

    @Test
    void namesAreThoseOfConfigurations() {
        for (Activation activation : Activation.values()) {
            assertEquals(activation, Activation.of(activation.configName()));
        }
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Activation.of("elu"));
        assertTrue(e.getMessage().contains("relu, gelu, gelu_new"), e.getMessage());
    }
}
