package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.models.checkpoint.JsonFiles;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What transformers 4.57 and 5.18 write beside a tokenizer changes no token. */
class SavedTokenizerSettingsTest {

    private static final Path GOLDENS = Path.of("src/test/resources/goldens");

    private static final List<String> TEXTS =
            List.of(
                    "The old  <mask> is red.",
                    "A dog ran , over[MASK] the hill !",
                    "the cat  </s> and <s> a");

    /** By version: settings that neither changes a token with. */
    private static final List<String> VERSIONS =
            List.of(
                    """
                    {"backend": "tokenizers", "is_local": true, "local_files_only": false,
                     "processor_class": "OwnProcessor", "chat_template": "{{ messages }}",
                     "extra_special_tokens": [], "add_bos_token": null, "max_length": null,
                     "pad_to_multiple_of": null, "errors": "replace", "trim_offsets": true}
                    """,
                    """
                    {"clean_up_tokenization_spaces": false, "extra_special_tokens": {},
                     "additional_special_tokens": [], "use_default_system_prompt": false,
                     "name_or_path": "small", "special_tokens_map_file": null, "use_fast": true,
                     "auto_map": {"AutoTokenizer": ["tokenization.Own", null]},
                     "chat_template": [{"name": "default", "template": "{{ messages }}"}]}
                    """);

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tasks/bert_fill_mask",
                "tasks/roberta_fill_mask",
                "tasks/xlm_roberta_fill_mask",
                "tasks/t5_sentence",
                "tasks/albert_sentence",
                "generation/texts/gpt2_text",
                "generation/texts/llama_text",
                "generation/texts/bart_text",
                "generation/texts/marian_text",
                "generation/texts/mbart50_text"
            })
    void whatIsSpelledOutChangesNoToken(String golden) throws IOException {
        try (var files = Files.list(GOLDENS.resolve(golden))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.write(folder.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        long[][] expected = ids();
        Path file = folder.resolve("tokenizer_config.json");
        JsonObject before = Files.exists(file) ? JsonFiles.read(file) : new JsonObject();
        for (String version : VERSIONS) {
            JsonObject config = before.deepCopy();
            JsonParser.parseString(version)
                    .getAsJsonObject()
                    .entrySet()
                    .forEach(it -> config.add(it.getKey(), it.getValue()));
            JsonFiles.write(file, config);
            long[][] actual = ids();
            for (int i = 0; i < expected.length; i++) {
                assertArrayEquals(expected[i], actual[i], TEXTS.get(i) + version);
            }
        }
    }

    private long[][] ids() throws IOException {
        try (ModelTokenizer tokenizer = ModelTokenizer.load(folder)) {
            return TEXTS.stream().map(text -> tokenizer.encode(text).ids()).toArray(long[][]::new);
        }
    }
}
