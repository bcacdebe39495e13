package org.attn4j.models.family.encoderdecoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TokenizerTrainer;
import org.attn4j.models.tokenizer.TokenizerTrainingConfig;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class FreshDecoderTest {

    private static final Path BERT = Path.of("src/test/resources/goldens/tasks/bert_fill_mask");

    private static final FreshDecoder DECODER = new FreshDecoder(2, 3, 12, 0, 32, 0, 0);

    @TempDir private Path folder;

    private static Pretrained.Loader loader() {
        return Pretrained.loader().optEngine(TestEngine.name());
    }

    private static LoadedModel bert() throws IOException {
        return loader().load(BERT);
    }

    /** What the encoder gives is what the BERT gives, whose task golden tests hold it. */
    @Test
    void theEncoderIsTheBert() throws IOException {
        try (LoadedModel bert = bert();
                NDManager manager = bert.manager().newSubManager()) {
            JsonObject config = DECODER.config(bert.config(), 40, 0, 1, 2);
            EncoderDecoder model = FreshDecoder.create(config, bert, manager);
            NDArray ids = manager.create(new long[] {2, 9, 7, 3, 2, 8, 3, 0}, new Shape(2, 4));
            NDArray mask = manager.create(new long[] {1, 1, 1, 1, 1, 1, 1, 0}, new Shape(2, 4));
            NDArray read = manager.create(new long[] {1, 5, 1, 6}, new Shape(2, 2));
            ModelInputs in = ModelInputs.of(ids).with("attention_mask", mask);
            float[] states =
                    bert.model(ModelWithHead.class)
                            .base()
                            .encode(new ParameterStore(manager, false), in, false)
                            .states()
                            .toFloatArray();
            LoadedModel made =
                    LoadedModel.made(model, config, GenerationConfig.DEFAULTS, List.of());
            var out = made.run(in.with("decoder_input_ids", read));
            assertArrayEquals(
                    states, out.require("encoder_last_hidden_state").toFloatArray(), 1e-6f);
            assertEquals(new Shape(2, 2, 40), out.require("logits").getShape());
        }
    }

    /** The folder is one of transformers' EncoderDecoderModel, with a vocabulary for each side. */
    @Test
    void isSavedAsAnEncoderDecoderAndReadsAndWritesByTwoVocabularies() throws IOException {
        TokenizerTrainer trainer = new TokenizerTrainer(TokenizerTrainingConfig.bpe(60, 0));
        trainer.add("le chat est petit");
        Path written = folder.resolve("target_tokenizer.json");
        trainer.train().write(written);
        Path saved = folder.resolve("saved");
        try (LoadedModel bert = bert();
                ModelTokenizer target = ModelTokenizer.trained(written, null, true);
                NDManager manager = bert.manager().newSubManager()) {
            JsonObject config = DECODER.config(bert.config(), target.vocabularySize(), 0, 1, 2);
            EncoderDecoder model = FreshDecoder.create(config, bert, manager);
            List<Path> companions =
                    List.of(
                            BERT.resolve("tokenizer.json"),
                            BERT.resolve("tokenizer_config.json"),
                            written);
            LoadedModel.made(model, config, GenerationConfig.DEFAULTS, companions).save(saved);
        }
        try (TextGenerator loaded = TextGenerator.load(saved, loader());
                ModelTokenizer read = ModelTokenizer.load(BERT);
                ModelTokenizer target = ModelTokenizer.trained(written, null, true);
                TensorSource tensors = TensorSource.open(saved);
                TensorSource original = TensorSource.open(BERT)) {
            assertEquals("EncoderDecoderModel", loaded.model().model().architecture());
            assertArrayEquals(
                    read.encode("the cat").ids(), loaded.tokenizer().encode("the cat").ids());
            int[] ids = target.ids("le chat");
            assertArrayEquals(ids, loaded.tokenizer().targetIds("le chat"));
            assertEquals("le chat", loaded.tokenizer().decode(ids));
            for (String name : original.names()) {
                if (name.startsWith("bert.encoder.")) {
                    String own = name.replaceFirst("^bert\\.", "encoder.");
                    assertEquals(original.info(name).shape(), tensors.info(own).shape());
                }
            }
            assertTrue(tensors.names().contains("decoder.cls.predictions.bias"));
        }
        assertTrue(Files.exists(saved.resolve("target_tokenizer.json")));
    }

    @Test
    void anotherEncoderIsRefused() {
        JsonObject config = new JsonObject();
        config.addProperty("model_type", "roberta");
        Exception e =
                assertThrows(
                        IllegalArgumentException.class, () -> DECODER.config(config, 40, 0, 1, 2));
        assertEquals(
                "a decoder is put behind a model of the type bert, got \"roberta\"",
                e.getMessage());
        Exception sizes =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new FreshDecoder(1, 5, 12, 0, 8, 0, 0));
        assertTrue(sizes.getMessage().contains("hiddenSize=12, heads=5"), sizes.getMessage());
    }
}
