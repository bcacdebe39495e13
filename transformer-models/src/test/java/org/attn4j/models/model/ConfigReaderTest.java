package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.List;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.config.ConfigReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {

    private static ConfigReader reader(String json) {
        JsonObject object = JsonParser.parseString(json).getAsJsonObject();
        return new ConfigReader(object, "config.json");
    }

    private static String refused(Runnable reading) {
        return assertThrows(IllegalArgumentException.class, reading::run).getMessage();
    }

    @Test
    void readsWhatIsThereAndDefaultsElse() {
        ConfigReader config =
                reader("{'n': 3, 'x': 1e-12, 'on': true, 'act': 'gelu', 'ids': [1, 2]}");
        assertEquals(3, config.integer("n"));
        assertEquals(7, config.integer("absent", 7));
        assertEquals(1e-12, config.number("x"));
        assertEquals(true, config.bool("on", false));
        assertEquals("gelu", config.string("act", "relu"));
        assertEquals(List.of(1, 2), config.integers("ids"));
        assertNull(config.integerOrNull("absent"));
        assertDoesNotThrow(config::finish);
    }

    @Test
    void refusesWhatNobodyRead() {
        ConfigReader config = reader("{'n': 3, 'new_trick': 1, 'torch_dtype': 'float32'}");
        config.integer("n");
        assertEquals(
                "config.json: this setting is not known here, and might change what the model computes: new_trick; to go on without it, allow unknown settings (--allow-unknown-settings)",
                refused(config::finish));
    }

    @Test
    void refusesSettingsOfEveryConfigurationThatNobodySupports() {
        assertEquals(
                "config.json: pruned_heads={\"0\":[1]} is not supported, only {} is",
                refused(() -> reader("{'pruned_heads': {'0': [1]}}").finish()));
        assertEquals(
                "config.json: is_decoder=true is not supported, only false is",
                refused(() -> reader("{'is_decoder': true}").finish()));
        assertDoesNotThrow(() -> reader("{'pruned_heads': {}, 'is_decoder': false}").finish());
    }

    @Test
    void saysWhatAValueMustBe() {
        assertEquals(
                "config.json: n must be a whole number, got 1.5",
                refused(() -> reader("{'n': 1.5}").integer("n")));
        assertEquals(
                "config.json: n must be a whole number, got \"3\"",
                refused(() -> reader("{'n': '3'}").integer("n")));
        assertEquals(
                "config.json: n must not be null",
                refused(() -> reader("{'n': null}").integer("n", 1)));
        assertEquals("config.json: n is missing", refused(() -> reader("{}").integer("n")));
        assertEquals(
                "config.json: p must be at least 0 and below 1, got 1.5",
                refused(() -> reader("{'p': 1.5}").rate("p", 0)));
        assertEquals(
                "config.json: kind=\"odd\" is not supported, only even is",
                refused(() -> reader("{'kind': 'odd'}").supportsOnly("kind", "even")));
    }

    @Test
    void readsLabelsByClass() {
        assertEquals(
                List.of("no", "yes"), reader("{'id2label': {'1': 'yes', '0': 'no'}}").labels());
        assertEquals(List.of("LABEL_0", "LABEL_1"), reader("{}").labels());
        assertEquals(List.of("LABEL_0"), reader("{'num_labels': 1}").labels());
        refused(() -> reader("{'id2label': {'1': 'yes'}}").labels());
    }

    @ParameterizedTest
    @CsvSource({
        "bert_model_a, position_embedding_type, '\"rotary\"'",
        "bert_model_a, hidden_act, '\"xielu\"'",
        "bert_model_a, num_attention_heads, 5",
        "bert_model_a, is_decoder, true",
        "roberta_mlm_a, unheard_of, 1",
        "electra_pretraining_a, embedding_size, '\"16\"'",
        "distilbert_mlm_a, unheard_of, 1",
        "albert_mlm_a, num_hidden_groups, 9",
        "mpnet_model_a, relative_attention_num_buckets, 16",
    })
    void familiesRefuseByNameWhatTheyDoNotSupport(String folder, String key, String value)
            throws IOException {
        JsonObject config = JsonFiles.read(GoldenFolders.named(folder).resolve("config.json"));
        config.add(key, JsonParser.parseString(value));
        String message = refused(() -> ModelFamilies.create(config, null));
        assertEquals(true, message.contains(key) || message.contains("activation"), message);
    }

    @Test
    void familiesNameWhatTheyKnow() throws IOException {
        JsonObject config =
                JsonFiles.read(GoldenFolders.named("bert_model_a").resolve("config.json"));
        config.addProperty("model_type", "berty");
        assertEquals(
                true,
                refused(() -> ModelFamilies.create(config, null))
                        .startsWith("config.json: model_type=berty is not a family"));
        config.addProperty("model_type", "bert");
        assertEquals(
                true,
                refused(() -> ModelFamilies.create(config, "BertForDreams"))
                        .startsWith("BertForDreams is not a model of the family bert"));
    }
}
