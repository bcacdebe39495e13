package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model's weights are mapped from is safe from the model, and the model from it. */
class MappedModelTest {

    @TempDir private Path folder;

    private Path copyOf(String golden) throws IOException {
        for (String name : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(GoldenFolders.named(golden).resolve(name), folder.resolve(name));
        }
        return folder;
    }

    private static LoadedModel load(Path folder) throws IOException {
        return Pretrained.loader().optEngine(TestEngine.name()).optTrainable(true).load(folder);
    }

    private static float[] logits(LoadedModel model) {
        try (NDManager manager = model.manager().newSubManager()) {
            NDArray ids = manager.create(new long[][] {{5, 6, 7}, {8, 9, 4}});
            return model.run(ModelInputs.of(ids)).require("logits").toFloatArray();
        }
    }

    /** Every weight is changed in place, as optimisers do. */
    private static void change(LoadedModel model) {
        BlockParameters.of(model.model())
                .byPath()
                .values()
                .forEach(
                        parameter -> {
                            parameter.getArray().setRequiresGradient(false);
                            parameter.getArray().muli(1.5f);
                        });
    }

    @Test
    void changedWeightsLeaveTheFileAsItWas() throws IOException {
        Path file = copyOf("bert_sequence_classification_a").resolve("model.safetensors");
        byte[] before = Files.readAllBytes(file);
        try (LoadedModel model = load(folder)) {
            change(model);
        }
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    void aModelIsSavedIntoTheFolderThatItIsMappedFrom() throws IOException {
        copyOf("bert_sequence_classification_a");
        try (LoadedModel model = load(folder);
                LoadedModel other = load(folder)) {
            float[] before = logits(other);
            change(model);
            float[] changed = logits(model);
            model.save(folder);
            model.save(folder); // from the weights of a file that is gone
            assertArrayEquals(changed, logits(model));
            assertArrayEquals(before, logits(other));
            try (LoadedModel again = load(folder)) {
                assertArrayEquals(changed, logits(again), 1e-6f);
            }
        }
    }
}
