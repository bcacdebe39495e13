package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.JsonFiles;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Published configurations hold settings of programs that trained and converted the models, and of
 * versions long gone. Those that change nothing are passed over.
 */
class PublishedSettingsTest {

    private static JsonObject configurations() throws IOException {
        return JsonFiles.read(Path.of("src/test/resources/goldens/published-settings.json"));
    }

    @TestFactory
    Stream<DynamicTest> leftoversArePassedOver() throws IOException {
        JsonObject all = configurations();
        return all.keySet().stream()
                .map(
                        name ->
                                dynamicTest(
                                        name,
                                        () -> {
                                            JsonObject config = all.getAsJsonObject(name);
                                            String wanted =
                                                    config.getAsJsonArray("architectures")
                                                            .get(0)
                                                            .getAsString();
                                            assertEquals(
                                                    wanted,
                                                    ModelFamilies.create(config, null)
                                                            .architecture());
                                        }));
    }

    @Test
    void sidesThatShareTheirWeightsAreRefusedByName() throws IOException {
        JsonObject config = configurations().getAsJsonObject("bert2bert");
        config.addProperty("tie_encoder_decoder", true);
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> ModelFamilies.create(config, null))
                        .getMessage();
        assertTrue(message.contains("tie_encoder_decoder=true is not supported"), message);
    }

    @Test
    void sumsThatLeaveBiasesOutAreRefusedByName() throws IOException {
        JsonObject config = configurations().getAsJsonObject("bloom");
        config.addProperty("pretraining_tp", 4);
        config.addProperty("slow_but_exact", true);
        assertThrows(IllegalArgumentException.class, () -> ModelFamilies.create(config, null));
        config.addProperty("slow_but_exact", false);
        assertEquals("BloomForCausalLM", ModelFamilies.create(config, null).architecture());
    }
}
