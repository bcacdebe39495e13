package org.attn4j.parity.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training starts from the gradients that the reference computes. */
@Tag("engine")
class CausalGradientTest {

    private static final Path GOLDENS = GoldenModels.ROOT;

    @ParameterizedTest
    @ValueSource(strings = {"llama_biases_tied", "deepseek_v3_yarn"})
    void gradientsAreThoseOfTheReference(String name) throws IOException {
        Path folder = GOLDENS.resolve("decoders").resolve(name);
        Path expected = GOLDENS.resolve("gradients").resolve(name + ".safetensors");
        try (LoadedModel model =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .optTrainable(true)
                                .load(folder);
                NDManager manager = model.manager().newSubManager();
                ModelFixture fixture = ModelFixture.open(folder);
                TensorSource gradients = TensorSource.open(expected)) {
            ModelFixture.Case it =
                    fixture.cases().stream()
                            .filter(one -> one.name().equals("right_padded"))
                            .findFirst()
                            .orElseThrow();
            Map<String, NDArray> inputs = fixture.inputs(it, manager);
            TestEngine.backward(
                    () ->
                            model.model()
                                    .run(
                                            new ParameterStore(manager, false),
                                            new ModelInputs(inputs, null),
                                            true)
                                    .require("loss"));
            Set<String> left = new HashSet<>(gradients.names());
            for (var entry : BlockParameters.of(model.model()).byPath().entrySet()) {
                String tensor = model.model().weights().tensorOf(entry.getKey()).orElseThrow();
                if (left.remove(tensor)) {
                    assertArrayEquals(
                            gradients.read(tensor, manager).toFloatArray(),
                            entry.getValue().getArray().getGradient().toFloatArray(),
                            1e-5f,
                            tensor);
                }
            }
            assertEquals(Set.of(), left);
        }
    }
}
