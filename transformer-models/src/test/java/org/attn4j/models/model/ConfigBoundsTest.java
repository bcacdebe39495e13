package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers that cannot be true of the files are refused in a sentence before a model is made. */
class ConfigBoundsTest {

    private static final Path GOLDENS = Path.of("src/test/resources/goldens");

    @TempDir private Path folder;

    private String refused(String golden) throws IOException {
        Files.copy(
                GOLDENS.resolve(golden).resolve("model.safetensors"),
                folder.resolve("model.safetensors"));
        Pretrained.Loader loader = Pretrained.loader().optEngine(TestEngine.name());
        return assertThrows(IOException.class, () -> loader.load(folder).close()).getMessage();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "models/bert_mlm_a | num_hidden_layers | 1000000000 | more than the tensors",
                "models/bert_mlm_a | num_hidden_layers | 1000 | num_hidden_layers=1000 is more than",
                "models/albert_mlm_a | num_hidden_groups | 1000 | num_hidden_groups=1000 is more",
                "models/albert_mlm_a | num_hidden_layers | 100000 | more than the tensors",
                "models/bert_mlm_a | hidden_size | 2147483647 | hidden_size=2147483647 is more than",
                "models/bert_mlm_a | pad_token_id | -5 | pad_token_id must be a token of the"
                        + " vocabulary, 0 to",
                "models/bert_mlm_a | pad_token_id | 99999 | got 99999",
                "models/roberta_mlm_a | pad_token_id | 99999 | pad_token_id must be a token",
                "models/distilbert_mlm_a | pad_token_id | -1 | pad_token_id must be a token",
                "models/longformer_model_a | attention_window | 1000000000 | at most 4096",
            })
    void whatTheFilesCannotHoldIsRefused(String golden, String key, String value, String message)
            throws IOException {
        Path original = GOLDENS.resolve(golden);
        JsonObject config = JsonFiles.read(original.resolve("config.json"));
        config.add(key, JsonParser.parseString(value));
        JsonFiles.write(folder.resolve("config.json"), config);
        String refusal = refused(golden);
        assertTrue(refusal.contains(message), refusal);
    }

    @ParameterizedTest
    @CsvSource({
        "models/bart_a, decoder_start_token_id, 99999",
        "models/marian_mt_a, pad_token_id, -3",
        "models/t5_v1_1_a, decoder_start_token_id, -1"
    })
    void tokensOfASourceOrTargetAreThoseOfTheVocabulary(String golden, String key, String value)
            throws IOException {
        whatTheFilesCannotHoldIsRefused(
                golden, key, value, key + " must be a token of the vocabulary");
    }

    @Test
    void deepNestingIsRefusedInASentence() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"x\": " + "[".repeat(20000) + "]".repeat(20000) + "}");
        String refusal = refused("models/bert_mlm_a");
        assertTrue(refusal.contains("config.json is nested too deep"), refusal);
        assertTrue(refusal.length() < 500, refusal);
    }
}
