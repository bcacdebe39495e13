package org.attn4j.models.family.bigbird;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.pattern.PatternExtent;
import org.attn4j.models.TestEngine;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelFixture;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.junit.jupiter.api.Test;

class BigBirdTest {

    private static final Path GOLDENS = Path.of("src/test/resources/goldens");

    /** Parity asks for the weights, which are computed in full; this is the way without them. */
    @Test
    void theBlocksAloneGiveTheStatesOfTheReference() throws IOException {
        Path folder = GOLDENS.resolve("encoders/bigbird_blocks");
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
    void randomBlocksOfTrainingAreThoseOfTransformers() throws IOException {
        String file = Files.readString(GOLDENS.resolve("bigbird/random_blocks.json"));
        for (JsonElement each :
                JsonParser.parseString(file).getAsJsonObject().getAsJsonArray("cases")) {
            JsonObject drawn = each.getAsJsonObject();
            int length = drawn.remove("length").getAsInt();
            int layer = drawn.remove("layer").getAsInt();
            JsonElement expected = drawn.remove("blocks");
            drawn.addProperty("hidden_size", 12);
            int[][][] blocks = RandomBlocks.draw(config(drawn), layer, length);
            for (int head = 0; head < blocks.length; head++) {
                for (int block = 1; block < blocks[head].length - 1; block++) {
                    JsonElement row =
                            expected.getAsJsonArray().get(head).getAsJsonArray().get(block - 1);
                    assertEquals(
                            row.toString().replace(",", ", "),
                            Arrays.toString(blocks[head][block]),
                            () -> "length " + length + ", layer " + layer);
                }
            }
        }
    }

    @Test
    void trainingSeesTheRandomBlocksAndEvaluationTheFirst() throws IOException {
        Path folder = GOLDENS.resolve("bigbird/training");
        try (ModelFixture fixture = ModelFixture.open(folder);
                LoadedModel model = Pretrained.loader().optEngine(TestEngine.name()).load(folder);
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

    @Test
    void blocksAreWorthWhileAboveTheirOwnSpan() {
        JsonObject json = new JsonObject();
        json.addProperty("block_size", 4);
        json.addProperty("num_random_blocks", 1);
        BigBirdPattern pattern = new BigBirdPattern(config(json), 0);
        assertEquals(true, pattern.isFull(new PatternExtent(0, 28, 28, false)));
        assertEquals(false, pattern.isFull(new PatternExtent(0, 29, 29, false)));
        assertEquals(3, config(json).padding(29));
        assertEquals(0, config(json).padding(27));
        json.addProperty("attention_type", "original_full");
        assertEquals(false, config(json).inBlocks(4000));
        json.addProperty("attention_type", "sparse");
        assertThrows(IllegalArgumentException.class, () -> config(json));
    }

    private static BigBirdConfig config(JsonObject json) {
        return BigBirdConfig.of(new ConfigReader(json, "config.json"));
    }

    /** By the change of the output when all parameters move a little along their gradients. */
    @Test
    void gradientsOfTrainingTellHowTheOutputChanges() throws IOException {
        try (ModelFixture fixture = ModelFixture.open(GOLDENS.resolve("bigbird/training"));
                LoadedModel model =
                        Pretrained.loader()
                                .optEngine(TestEngine.name())
                                .optTrainable(true)
                                .load(GOLDENS.resolve("bigbird/training"));
                NDManager manager = model.manager().newSubManager()) {
            ParameterStore store = new ParameterStore(manager, false);
            ModelInputs in = new ModelInputs(fixture.inputs(fixture.cases().get(0), manager), null);
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
        NDArray states = model.model().run(store, in, true).require("last_hidden_state");
        return Scalars.subtract(states, 0.5).square().mean();
    }
}
