package org.attn4j.models.family.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import org.attn4j.models.model.ModelFamilies;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelObserver;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class LlamaModelTest {

    private static final int LENGTH = 6;
    private static final int WINDOW = 2;

    private static JsonObject config() {
        return JsonParser.parseString(
                        """
                        {"model_type": "mistral", "vocab_size": 20, "hidden_size": 8,
                         "intermediate_size": 12, "num_hidden_layers": 2,
                         "num_attention_heads": 2, "num_key_value_heads": 1, "sliding_window": 2,
                         "layer_types": ["sliding_attention", "full_attention"]}
                        """)
                .getAsJsonObject();
    }

    private static PretrainedModel model(NDManager manager, JsonObject config) {
        PretrainedModel model = ModelFamilies.create(config, "MistralModel");
        manager.getEngine().setRandomSeed(3);
        model.initialize(manager, DataType.FLOAT32, model.smallestInput());
        return model;
    }

    private static Map<String, NDArray> seen(NDManager manager, PretrainedModel model) {
        ModelObserver observer = new ModelObserver();
        NDArray ids = manager.create(new long[][] {{3, 4, 5, 6, 7, 8}});
        model.run(
                new ParameterStore(manager, false),
                new ModelInputs(Map.of("input_ids", ids), observer),
                false);
        return observer.arrays();
    }

    /** A query of a layer with a window of 2 sees its own place and the one before. */
    @Test
    void onlyLayersOfTheSlidingTypeHaveAWindow() {
        try (NDManager manager = TestEngine.manager()) {
            Map<String, NDArray> seen = seen(manager, model(manager, config()));
            for (int layer = 0; layer < 2; layer++) {
                float[] weights = seen.get("attentions." + layer).get("0, 0").toFloatArray();
                for (int query = 0; query < LENGTH; query++) {
                    for (int key = 0; key < LENGTH; key++) {
                        boolean inWindow = layer == 1 || key > query - WINDOW;
                        assertEquals(
                                key <= query && inWindow,
                                weights[query * LENGTH + key] > 0,
                                "layer " + layer + ", query " + query + ", key " + key);
                    }
                }
            }
        }
    }

    @Test
    void layersOfOneTypeAreThoseOfThePlainSetting() {
        for (String type : List.of("sliding_attention", "full_attention")) {
            JsonObject typed = config();
            typed.add("layer_types", JsonParser.parseString("['" + type + "', '" + type + "']"));
            JsonObject plain = config();
            plain.remove("layer_types");
            if (type.equals("full_attention")) {
                plain.add("sliding_window", null);
            }
            try (NDManager manager = TestEngine.manager()) {
                NDArray expected = seen(manager, model(manager, plain)).get("hidden_states.2");
                NDArray actual = seen(manager, model(manager, typed)).get("hidden_states.2");
                assertTrue(actual.contentEquals(expected), type);
            }
        }
    }
}
