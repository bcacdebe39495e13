package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.family.recurrent.RecurrentConfig;
import org.attn4j.models.family.recurrent.RecurrentModel;
import org.attn4j.models.family.transformer.TinyModels;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that were trained here load and are saved as published ones. */
@Tag("engine")
class TrainedFamiliesTest {

    @TempDir private Path folder;

    private static Pretrained.Loader loader() {
        return Pretrained.loader().optEngine(TestEngine.name());
    }

    @Test
    void aTransformerLoadsAndIsSavedAsItWas() throws IOException {
        try (NDManager manager = TestEngine.manager()) {
            TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
            save(model, model.config().json());
            assertSame(model, folder);
        }
    }

    @Test
    void aRecurrentModelLoadsAndIsSavedAsItWas() throws IOException {
        RecurrentConfig config =
                RecurrentConfig.bahdanau()
                        .optEmbeddingSize(6)
                        .optEncoderSize(4)
                        .optDecoderSize(8)
                        .setSourceVocabularySize(11)
                        .setTargetVocabularySize(13)
                        .build();
        try (NDManager manager = TestEngine.manager()) {
            RecurrentModel model = new RecurrentModel(config);
            model.initialize(manager);
            model.freezeParameters(true);
            save(model, config.json());
            assertSame(model, folder);
        }
    }

    private void save(PretrainedModel model, JsonObject config) throws IOException {
        LoadedModel.made(model, config, null, List.of()).save(folder);
    }

    private void assertSame(SequenceToSequenceModel expected, Path directory) throws IOException {
        Path again = directory.resolve("again");
        try (LoadedModel loaded = loader().load(directory)) {
            assertGivesWhat(expected, loaded);
            loaded.save(again);
        }
        try (LoadedModel loaded = loader().optTrainable(true).load(again)) {
            assertGivesWhat(expected, loaded);
        }
    }

    private static void assertGivesWhat(SequenceToSequenceModel expected, LoadedModel loaded) {
        SequenceToSequenceModel model = (SequenceToSequenceModel) loaded.model();
        try (NDManager manager = loaded.manager().newSubManager()) {
            NDArray source = manager.create(new long[] {3, 4, 2, 5, 2, 0}, new Shape(2, 3));
            NDArray target = manager.create(new long[] {1, 6, 7, 1, 8, 2}, new Shape(2, 3));
            float[] logits = expected.logits(source, target, null).toFloatArray();
            assertArrayEquals(logits, model.logits(source, target, null).toFloatArray());
            ModelInputs in = ModelInputs.of(source).with("decoder_input_ids", target);
            assertArrayEquals(logits, loaded.run(in).require("logits").toFloatArray());
        }
    }

    @Test
    void aCheckpointThatNamesItsArchitectureAloneIsOfItsFamily() throws IOException {
        Path shared = Path.of(System.getProperty("attn4j.shared", "../../shared"));
        Path published = shared.resolve("weights/aren-transliteration");
        Assumptions.assumeTrue(
                Files.isDirectory(published),
                "skipped: weights/aren-transliteration is not on this machine");
        try (LoadedModel loaded = loader().load(published);
                NDManager manager = loaded.manager().newSubManager()) {
            assertEquals("PreNormSeq2SeqTransformer", loaded.model().architecture());
            loaded.save(folder);
            NDArray ids = manager.create(new long[] {5, 6, 7, 8}, new Shape(1, 4));
            ModelInputs in = ModelInputs.of(ids).with("labels", ids);
            float[] logits = loaded.run(in).require("logits").toFloatArray();
            try (LoadedModel again = loader().optManager(manager).load(folder)) {
                assertArrayEquals(logits, again.run(in).require("logits").toFloatArray());
            }
        }
        assertTrue(Files.exists(folder.resolve("source_vocabulary.txt")));
        assertTrue(Files.exists(folder.resolve("target_vocabulary.txt")));
    }

    @Test
    void damagedWeightsOfARunAreRefused() throws IOException {
        try (NDManager manager = TestEngine.manager()) {
            TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
            save(model, model.config().json());
        }
        Files.createDirectories(folder.resolve("training_state"));
        Files.writeString(
                folder.resolve("training_state/SHA256SUMS"),
                "0".repeat(64) + "  model.safetensors\n");
        IOException e =
                assertThrows(CheckpointFormatException.class, () -> loader().load(folder).close());
        assertTrue(e.getMessage().contains("model.safetensors"), e.getMessage());
    }

    @Test
    void theFamiliesAreListed() {
        List<String> types = List.of("attn4j-transformer", "attn4j-recurrent");
        types.forEach(type -> assertTrue(ModelFamilies.find(type).isPresent(), type));
    }
}
