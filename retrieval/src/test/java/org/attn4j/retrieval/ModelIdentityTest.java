package org.attn4j.retrieval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model is another one with any file that it computes by, and with no other. */
class ModelIdentityTest {

    @TempDir Path folder;
    private Path model;
    private Path adapter;

    @BeforeEach
    void makeFiles() throws IOException {
        model = folder.resolve("model");
        adapter = folder.resolve("adapter");
        write(model, "config.json");
        write(model, "model.safetensors");
        write(model, "1_Pooling/config.json");
        write(adapter, "adapter_config.json");
        write(adapter, "adapter_model.safetensors");
    }

    private static void write(Path folder, String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, Files.exists(file) ? Files.readString(file) + "x" : "x");
    }

    @Test
    void whatAModelComputesByCounts() throws IOException {
        String before = ModelIdentity.digest(model, null);
        for (String name :
                new String[] {
                    "config.json",
                    "model.safetensors",
                    "1_Pooling/config.json",
                    "tokenizer.json",
                    "vocab.txt",
                    "sentence_bert_config.json"
                }) {
            write(model, name);
            String after = ModelIdentity.digest(model, null);
            assertNotEquals(before, after, name);
            before = after;
        }
    }

    @Test
    void anAdapterCounts() throws IOException {
        String alone = ModelIdentity.digest(model, null);
        String adapted = ModelIdentity.digest(model, adapter);
        assertNotEquals(alone, adapted);
        write(adapter, "adapter_model.safetensors");
        assertNotEquals(adapted, ModelIdentity.digest(model, adapter));
    }

    @Test
    void nothingElseCounts() throws IOException {
        String before = ModelIdentity.digest(model, null);
        write(model, "README.md");
        write(model, "training/model.safetensors");
        assertEquals(before, ModelIdentity.digest(model, null));
    }
}
