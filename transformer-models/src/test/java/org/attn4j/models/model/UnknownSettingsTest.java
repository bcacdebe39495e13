package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user goes on at their own risk where files have settings that are not known. */
class UnknownSettingsTest {

    private static final Path TEXTS = Path.of("src/test/resources/goldens/generation/texts");

    @TempDir private Path folder;

    private void copy(String name) throws IOException {
        try (var files = Files.list(TEXTS.resolve(name))) {
            for (Path file : files.toList()) {
                Files.write(folder.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
    }

    private void change(String file, String settings) throws IOException {
        Path path = folder.resolve(file);
        JsonObject json = Files.exists(path) ? JsonFiles.read(path) : new JsonObject();
        JsonParser.parseString(settings)
                .getAsJsonObject()
                .entrySet()
                .forEach(it -> json.add(it.getKey(), it.getValue()));
        JsonFiles.write(path, json);
    }

    private static Pretrained.Loader loader() {
        return Pretrained.loader().optEngine(TestEngine.name());
    }

    private String refused(Pretrained.Loader loader) {
        return assertThrows(IOException.class, () -> loader.load(folder).close()).getMessage();
    }

    private String text(Pretrained.Loader loader) throws IOException {
        try (TextGenerator generator = TextGenerator.load(folder, loader)) {
            GenerationRequest request = GenerationRequest.builder().optMaxNewTokens(6).build();
            return generator.generate("The cat", request).text();
        }
    }

    @Test
    void theModelIsTheSameWithoutThem() throws IOException {
        copy("llama_text");
        String expected = text(loader());
        change(
                "config.json",
                "{'new_trick': 3, 'rope_scaling': {'type': 'linear', 'factor': 1.0, 'twist': 1}}");
        assertTrue(refused(loader()).contains("not known here"), refused(loader()));
        Pretrained.Loader allowing = loader().optAllowUnknownSettings(true);
        assertEquals(expected, text(allowing));
        try (LoadedModel model = allowing.load(folder)) {
            assertEquals(List.of("rope_scaling.twist", "new_trick"), model.unknownSettings());
            assertTrue(model.config().has("new_trick"), "a copy keeps what it came with");
        }
    }

    @Test
    void valuesThatAreNotSupportedStayRefused() throws IOException {
        copy("llama_text");
        change("config.json", "{'new_trick': 3, 'rope_interleaved': true}");
        assertTrue(
                refused(loader().optAllowUnknownSettings(true))
                        .contains("rope_interleaved=true is not supported, only false is"));
        change("config.json", "{'rope_interleaved': null, 'quantization_config': {'bits': 4}}");
        assertTrue(
                refused(loader().optAllowUnknownSettings(true))
                        .contains("quantization_config={\"bits\":4} is not supported, only null"));
    }

    @Test
    void settingsOfGenerationAreAllowedAlike() throws IOException {
        copy("gpt2_text");
        String expected = text(loader());
        change(
                "generation_config.json",
                "{'magic': 3, 'penalty_alpha': 0.0, 'stop_strings': null, 'dola_layers': 'low'}");
        String message =
                assertThrows(IllegalArgumentException.class, () -> text(loader())).getMessage();
        assertTrue(message.contains("dola_layers, magic"), message);
        assertTrue(message.contains("--allow-unknown-settings"), message);
        Pretrained.Loader allowing = loader().optAllowUnknownSettings(true);
        assertEquals(expected, text(allowing));
        try (TextGenerator generator = TextGenerator.load(folder, allowing)) {
            assertEquals(List.of("dola_layers", "magic"), generator.model().unknownSettings());
            GenerationRequest own = GenerationRequest.builder().opt("magic", 4).build();
            assertThrows(IllegalArgumentException.class, () -> generator.generate("The cat", own));
        }
    }

    @Test
    void whatChangesTrainingAloneIsRefusedThereAlone() throws IOException {
        copy("bart_text");
        change("config.json", "{'encoder_layerdrop': 0.1}");
        loader().load(folder).close();
        assertTrue(
                refused(loader().optTrainable(true))
                        .contains("config.json: training does not heed encoder_layerdrop=0.1"));
    }
}
