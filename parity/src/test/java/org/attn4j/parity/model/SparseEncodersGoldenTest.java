package org.attn4j.parity.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The encoders that look at some of the keys, on the ways that {@link ModelParity} does not go. */
class SparseEncodersGoldenTest {

    private static final Path TRAINING = GoldenModels.ROOT.resolve("bigbird/training");

    /** Parity asks for the weights, which are computed in full; this is the way without them. */
    @ParameterizedTest
    @ValueSource(strings = {"bigbird_blocks", "longformer_windows"})
    void withoutTheWeightsTheStatesAreThoseOfTheReference(String name) throws IOException {
        Path folder = GoldenModels.ROOT.resolve("encoders").resolve(name);
        try (ModelFixture fixture = ModelFixture.open(folder);
                LoadedModel model = Pretrained.loader().optEngine(TestEngine.name()).load(folder);
                NDManager manager = model.manager().newSubManager()) {
            for (ModelFixture.Case it : fixture.cases()) {
                NDArray expected = fixture.output(it, "last_hidden_state", manager);
                NDArray states =
                        model.run(new ModelInputs(fixture.inputs(it, manager), null))
                                .require("last_hidden_state");
                assertArrayEquals(expected.toFloatArray(), states.toFloatArray(), 5e-5f, it.name());
            }
        }
    }

    @Test
    void trainingSeesTheRandomBlocksAndEvaluationTheFirst() throws IOException {
        try (ModelFixture fixture = ModelFixture.open(TRAINING);
                LoadedModel model =
                        Pretrained.loader().optEngine(TestEngine.name()).load(TRAINING);
                NDManager manager = model.manager().newSubManager()) {
            ModelFixture.Case it = fixture.cases().get(0);
            float[] expected = fixture.output(it, "last_hidden_state", manager).toFloatArray();
            ParameterStore store = new ParameterStore(manager, false);
            ModelInputs inputs = new ModelInputs(fixture.inputs(it, manager), null);
            for (ModelInputs in : List.of(inputs, inputs.withObserver((place, weights) -> {}))) {
                assertArrayEquals(
                        expected,
                        model.model()
                                .run(store, in, true)
                                .require("last_hidden_state")
                                .toFloatArray(),
                        5e-5f);
            }
            float[] evaluated = model.run(inputs).require("last_hidden_state").toFloatArray();
            assertNotEquals(expected[200], evaluated[200], 1e-3f);
        }
    }

    /** By the change of the output when all parameters move a little along their gradients. */
    @ParameterizedTest
    @CsvSource({"bigbird/training, 0, true", "encoders/longformer_windows, 1, false"})
    void gradientsTellHowTheOutputChanges(String name, int number, boolean training)
            throws IOException {
        Path folder = GoldenModels.ROOT.resolve(name);
        try (ModelFixture fixture = ModelFixture.open(folder);
                LoadedModel model =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .optTrainable(true)
                                .load(folder);
                NDManager manager = model.manager().newSubManager()) {
            ParameterStore store = new ParameterStore(manager, false);
            ModelInputs in =
                    new ModelInputs(fixture.inputs(fixture.cases().get(number), manager), null);
            float before = output(model, store, in, training).getFloat();
            TestEngine.backward(() -> output(model, store, in, training));
            double length = 0; // of the gradient, squared
            float step = 1e-4f;
            for (Pair<String, Parameter> each : model.model().getParameters()) {
                NDArray gradient = each.getValue().getArray().getGradient();
                double own = gradient.square().sum().getFloat();
                boolean seen =
                        !each.getKey().contains("key_proj_bias")
                                && !each.getKey().contains("ooler");
                assertTrue(own > 0 || !seen, each.getKey());
                length += own;
            }
            double scale = step / Math.sqrt(length);
            for (Pair<String, Parameter> each : model.model().getParameters()) {
                NDArray array = each.getValue().getArray();
                array.addi(array.getGradient().mul(scale));
            }
            float after = output(model, store, in, training).getFloat();
            assertEquals(Math.sqrt(length) * step, after - before, Math.sqrt(length) * step * 0.01);
        }
    }

    private static NDArray output(
            LoadedModel model, ParameterStore store, ModelInputs in, boolean training) {
        NDArray states = model.model().run(store, in, training).require("last_hidden_state");
        return Scalars.subtract(states, 0.5).square().mean();
    }
}
