package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class ModelParityCommandTest {

    private static final Path MODELS =
            Path.of("../transformer-models/src/test/resources/goldens/models");
    private static final Path BERT = MODELS.resolve("bert_mlm_a");

    @TempDir Path folder;

    private static Outcome parity(Object... args) {
        List<String> all = new ArrayList<>(List.of("parity", "--engine", Cli.ENGINE));
        Arrays.stream(args).map(Object::toString).forEach(all::add);
        return Cli.run(all.toArray(String[]::new));
    }

    /** BERT with another epsilon in its norms, which moves outputs by little. */
    private Path altered() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("altered"));
        Files.copy(BERT.resolve("model.safetensors"), copy.resolve("model.safetensors"));
        String config = Files.readString(BERT.resolve("config.json"));
        assertTrue(config.contains("1e-12"), config);
        Files.writeString(copy.resolve("config.json"), config.replace("1e-12", "1e-2"));
        return copy;
    }

    @Test
    void everyLayerIsShown() {
        Outcome outcome = parity("--model", BERT);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        List<String> lines = outcome.out().lines().map(String::strip).toList();
        assertEquals("bert_mlm_a: within 5.0e-05", lines.get(0));
        assertEquals("padded_batch", lines.get(1));
        List<String> layers =
                List.of("hidden_states.0", "attentions.0", "hidden_states.1", "attentions.1");
        for (int i = 0; i < layers.size(); i++) {
            assertTrue(lines.get(2 + i).startsWith(layers.get(i) + " "), outcome.out());
        }
        assertFalse(outcome.out().contains("differs"), outcome.out());
    }

    @Test
    void theFirstPlaceThatDiffersIsNamed() throws IOException {
        Outcome outcome = parity("--model", altered(), "--reference", BERT);
        assertEquals(ExitCode.FAILED, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("altered: beyond 5.0e-05"), outcome.out());
        assertTrue(outcome.out().contains("differs first at hidden_states.0"), outcome.out());
    }

    @Test
    void jsonSaysTheSame() throws IOException {
        Outcome outcome = parity("--model", altered(), "--reference", BERT, "--json");
        assertEquals(ExitCode.FAILED, outcome.code(), outcome.err());
        JsonObject document = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertFalse(document.get("same").getAsBoolean());
        JsonObject first =
                document.getAsJsonArray("models")
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonArray("cases")
                        .get(0)
                        .getAsJsonObject();
        assertEquals("hidden_states.0", first.get("first_difference").getAsString());
        assertEquals("padded_batch", first.get("name").getAsString());
    }

    @Test
    void wrongUseAndMissingFilesGetASentence() {
        assertEquals(ExitCode.USAGE, parity().code());
        assertEquals(ExitCode.USAGE, parity("--model", BERT, "--fixture", BERT).code());
        assertEquals(ExitCode.USAGE, parity("--fixture", BERT, "--reference", BERT).code());
        Outcome outcome = parity("--model", folder.resolve("nothing"));
        assertEquals(ExitCode.FAILED, outcome.code());
        assertTrue(outcome.err().startsWith("attn4j: "), outcome.err());
        assertFalse(outcome.err().contains("\tat "), outcome.err());
    }
}
