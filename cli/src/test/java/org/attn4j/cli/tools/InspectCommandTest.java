package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class InspectCommandTest {

    private static final Path GOLDENS = Path.of("../transformer-models/src/test/resources/goldens");
    private static final Path BERT = GOLDENS.resolve("models/bert_mlm_a");

    @TempDir private Path folder;

    private static Outcome inspect(Path folder, String... more) {
        String[] all = new String[4 + more.length];
        System.arraycopy(
                new String[] {"inspect", folder.toString(), "--engine", Cli.ENGINE}, 0, all, 0, 4);
        System.arraycopy(more, 0, all, 4, more.length);
        return Cli.run(all);
    }

    private Path copyOfBert() throws IOException {
        Files.copy(BERT.resolve("config.json"), folder.resolve("config.json"));
        Files.copy(BERT.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        return folder;
    }

    private void change(String from, String to) throws IOException {
        String config = Files.readString(folder.resolve("config.json"));
        assertTrue(config.contains(from), config);
        Files.writeString(folder.resolve("config.json"), config.replace(from, to));
    }

    @Test
    void showsPartsTypesAndWhatLoads() {
        Outcome outcome = inspect(BERT);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        String out = outcome.out().replaceAll("\\s+", " ");
        assertTrue(out.contains("hidden_size=32"), out);
        assertTrue(out.contains("42 tensors, 23,576 parameters, 94,304 bytes, float32"), out);
        assertTrue(
                out.contains("bert.encoder.layer.* 32 tensors 17,088 parameters in 2 layers"), out);
        assertTrue(out.contains("loads as BertForMaskedLM: yes, with all its 42 weights"), out);
        assertTrue(
                out.contains(
                        "BertModel: not as it is: missing pooler.dense.weight, pooler.dense.bias"),
                out);
        assertFalse(out.contains("bert.encoder.layer.0"), out);
        assertTrue(
                inspect(BERT, "--tensors")
                        .out()
                        .contains("bert.encoder.layer.0.output.dense.weight float32 (32, 64)"));
    }

    @Test
    void tellsOfTheTokenizer() throws IOException {
        copyOfBert();
        Path tokenizers = GOLDENS.resolve("tokenizers");
        try (var kinds = Files.list(tokenizers)) {
            Path any =
                    kinds.filter(it -> Files.exists(it.resolve("tokenizer.json")))
                            .sorted()
                            .findFirst()
                            .orElseThrow();
            Files.copy(any.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        }
        JsonObject document =
                JsonParser.parseString(inspect(folder, "--json").out()).getAsJsonObject();
        JsonObject tokenizer = document.getAsJsonObject("tokenizer");
        assertTrue(tokenizer.get("vocabulary").getAsInt() > 10, tokenizer.toString());
        assertTrue(tokenizer.get("problem").isJsonNull());
    }

    @Test
    void jsonHasEveryTensorAndModel() {
        JsonObject document =
                JsonParser.parseString(inspect(BERT, "--json").out()).getAsJsonObject();
        assertTrue(document.get("loads").getAsBoolean());
        assertEquals(42, document.getAsJsonArray("tensors").size());
        assertEquals(23_576, document.get("parameters").getAsLong());
        JsonArray models = document.getAsJsonArray("models");
        JsonObject first = models.get(0).getAsJsonObject();
        assertEquals("BertForMaskedLM", first.get("architecture").getAsString());
        assertTrue(first.get("named").getAsBoolean());
        assertEquals(8, models.size());
    }

    @Test
    void whatDoesNotLoadFailsWithTheReason() throws IOException {
        copyOfBert();
        change("\"vocab_size\": 120", "\"vocab_size\": 121");
        Outcome misshapen = inspect(folder);
        assertEquals(ExitCode.FAILED, misshapen.code());
        assertTrue(misshapen.out().contains("misshapen"), misshapen.out());
        assertTrue(misshapen.out().contains("(120, 32)"), misshapen.out());
        change("\"model_type\": \"bert\"", "\"model_type\": \"unheard_of\"");
        Outcome unknown = inspect(folder);
        assertEquals(ExitCode.FAILED, unknown.code());
        assertTrue(unknown.out().contains("unheard_of is not a family"), unknown.out());
        assertTrue(unknown.out().contains("42 tensors"), unknown.out());
        Files.delete(folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("pytorch_model.bin"), "x");
        Outcome pickle = inspect(folder);
        assertEquals(ExitCode.FAILED, pickle.code());
        assertTrue(pickle.out().replaceAll("\\s+", " ").contains("is a pickle file"), pickle.out());
        assertTrue(pickle.out().contains("unheard_of is not a family"), pickle.out());
    }

    @Test
    void aModelOfOnesOwnTrainingIsTakenForWhatItIs() {
        Path run = folder.resolve("run");
        assertEquals(ExitCode.DONE, Cli.trainTiny(run, "--max-steps", "1").code());
        Outcome outcome = inspect(run);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.out());
        assertTrue(outcome.out().contains("loads as    TransformerModel: yes"), outcome.out());
        assertTrue(
                outcome.out().contains("verbs       generate, translate, score, evaluate"),
                outcome.out());
        for (String verb : List.of("classify", "tag")) {
            Outcome other =
                    Cli.run(verb, "--engine", Cli.ENGINE, "--model", run.toString(), "text");
            assertEquals(ExitCode.FAILED, other.code(), other.err());
            assertTrue(other.err().contains("TransformerModel"), other.err());
        }
    }

    @Test
    void tellsTheVerbsOfAPublishedModel() {
        assertTrue(inspect(BERT).out().contains("verbs       fill-mask"));
    }

    @Test
    void aFolderWithoutConfigurationIsNoModel() {
        Outcome outcome = inspect(folder);
        assertEquals(ExitCode.FAILED, outcome.code());
        assertTrue(outcome.err().contains("config.json"), outcome.err());
        assertEquals("", outcome.out());
    }
}
