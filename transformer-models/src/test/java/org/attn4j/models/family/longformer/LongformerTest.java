package org.attn4j.models.family.longformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.models.TestEngine;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelFixture;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.junit.jupiter.api.Test;

class LongformerTest {

    private static final Path ENCODERS = Path.of("src/test/resources/goldens/encoders");

    /** Parity asks for the weights, which are computed in full; this is the way without them. */
    @Test
    void theWindowAloneGivesTheStatesOfTheReference() throws IOException {
        Path folder = ENCODERS.resolve("longformer_windows");
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
    void aQuestionNeedsItsThreeSeparators() throws IOException {
        try (LoadedModel model =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .load(ENCODERS.resolve("longformer_qa"));
                NDManager manager = model.manager().newSubManager()) {
            ModelInputs one = ModelInputs.of(manager.create(new long[][] {{0, 5, 6, 2, 7, 2}}));
            String message =
                    assertThrows(IllegalArgumentException.class, () -> model.run(one)).getMessage();
            assertTrue(message.contains("three separators"), message);
            ModelInputs told =
                    one.with(
                            "global_attention_mask",
                            manager.create(new long[][] {{1, 1, 0, 0, 0, 0}}));
            assertEquals(6, model.run(told).require("start_logits").size());
        }
    }

    @Test
    void windowsAreEvenOneForEachLayerAndWithoutGaps() {
        assertEquals(List.of(6, 6), config("attention_window", "6").windows());
        assertEquals(List.of(6, 8), config("attention_window", "[6, 8]").windows());
        for (String wrong : new String[] {"5", "0", "[4]", "[4, 4, 4]"}) {
            assertThrows(
                    IllegalArgumentException.class, () -> config("attention_window", wrong), wrong);
        }
        assertEquals(512, config("attention_dilation", "[1, 1]").windows().get(0));
        assertThrows(IllegalArgumentException.class, () -> config("attention_dilation", "[1, 2]"));
        assertThrows(IllegalArgumentException.class, () -> config("autoregressive", "true"));
    }

    private static LongformerConfig config(String key, String value) {
        JsonObject json = JsonParser.parseString("{\"num_hidden_layers\": 2}").getAsJsonObject();
        json.add(key, JsonParser.parseString(value));
        return LongformerConfig.of(new ConfigReader(json, "config.json"));
    }

    /** By the change of the output when all parameters move a little along their gradients. */
    @Test
    void gradientsOfTrainingTellHowTheOutputChanges() throws IOException {
        try (ModelFixture fixture = ModelFixture.open(ENCODERS.resolve("longformer_windows"));
                LoadedModel model =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .optTrainable(true)
                                .load(ENCODERS.resolve("longformer_windows"));
                NDManager manager = model.manager().newSubManager()) {
            ParameterStore store = new ParameterStore(manager, false);
            ModelInputs in = new ModelInputs(fixture.inputs(fixture.cases().get(1), manager), null);
            float before = output(model, store, in).getFloat();
            TestEngine.backward(() -> output(model, store, in));
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
            float after = output(model, store, in).getFloat();
            assertEquals(Math.sqrt(length) * step, after - before, Math.sqrt(length) * step * 0.01);
        }
    }

    private static NDArray output(LoadedModel model, ParameterStore store, ModelInputs in) {
        NDArray states = model.model().run(store, in, false).require("last_hidden_state");
        return Scalars.subtract(states, 0.5).square().mean();
    }
}
