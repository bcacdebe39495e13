package org.attn4j.models.family.longformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;

class LongformerTest {

    private static final Path ENCODERS = Path.of("src/test/resources/goldens/encoders");

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
}
