package org.attn4j.models.model.seq2seq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.model.GoldenFolders;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Encoder-decoders whose output has a matrix of its own: two BERTs, and Marian with two
 * vocabularies.
 */
class UntiedDecoderTest {

    private static final Path TIED = GoldenFolders.named("bert2bert_a");
    private static final String HEAD = "decoder.cls.predictions.";
    private static final String EMBEDDING = "decoder.bert.embeddings.word_embeddings.weight";

    private static final Path MARIAN =
            Path.of("src/test/resources/goldens/seq2seq/marian_two_vocabularies");
    private static final String TARGETS = "model.decoder.embed_tokens.weight";

    @TempDir private Path folder;

    private static NDArray logits(LoadedModel model, NDManager manager) {
        ModelInputs in =
                ModelInputs.of(manager.create(new long[][] {{5, 6, 7, 3}, {8, 9, 3, 0}}))
                        .with(
                                "attention_mask",
                                manager.create(new long[][] {{1, 1, 1, 1}, {1, 1, 1, 0}}))
                        .with(
                                "decoder_input_ids",
                                manager.create(new long[][] {{2, 11, 12}, {2, 14, 15}}));
        return model.run(in).require("logits"); // (B, T, V)
    }

    private static void assertKept(Path folder, Path saved) throws IOException {
        assertEquals(
                JsonFiles.read(folder.resolve("config.json")),
                JsonFiles.read(saved.resolve("config.json")));
        try (TensorSource before = TensorSource.open(folder);
                TensorSource after = TensorSource.open(saved)) {
            assertEquals(before.names(), after.names());
            for (String name : before.names()) {
                assertEquals(before.info(name).shape(), after.info(name).shape());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bias", "decoder.bias", "bias and decoder.bias", "another bias"})
    void itsLogitsAreTheMatrixTimesTheStates(String names) throws IOException {
        JsonObject config = JsonFiles.read(TIED.resolve("config.json"));
        config.getAsJsonObject("decoder").addProperty("tie_word_embeddings", false);
        config.addProperty("tie_word_embeddings", false); // of the whole, which ties nothing
        JsonFiles.write(folder.resolve("config.json"), config);
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                TensorSource source = TensorSource.open(TIED);
                LoadedModel tied = Pretrained.loader().optManager(manager).load(TIED)) {
            NDArray bias = source.read(HEAD + "bias", manager);
            NDArray own = manager.arange(bias.size()).toType(bias.getDataType(), false).mul(0.5f);
            Map<String, NDArray> head = new LinkedHashMap<>();
            head.put("decoder.weight", source.read(EMBEDDING, manager).mul(-2));
            switch (names) {
                case "bias" -> head.put("bias", own);
                case "decoder.bias" -> head.put("decoder.bias", own);
                case "another bias" -> {
                    head.put("bias", own.add(1)); // which nothing looks at in transformers 5
                    head.put("decoder.bias", own);
                }
                default -> {
                    head.put("bias", own);
                    head.put("decoder.bias", own);
                }
            }
            List<TensorContent> contents = new ArrayList<>();
            for (String name : source.names()) {
                if (!name.equals(HEAD + "bias")) {
                    contents.add(source.content(name));
                }
            }
            head.forEach((name, values) -> contents.add(TensorContent.of(HEAD + name, values)));
            SafetensorsWriter.builder().build().writeModel(folder, contents);

            // (x, W) + b is told by the tied model's: -2 ((x, W) + b) + 2 b + b'
            NDArray expected = logits(tied, manager).mul(-2).add(bias.mul(2)).add(own);
            try (LoadedModel untied = Pretrained.loader().optManager(manager).load(folder)) {
                assertArrayEquals(
                        expected.toFloatArray(), logits(untied, manager).toFloatArray(), 2e-5f);
                Path saved = folder.resolve("saved");
                untied.save(saved);
                assertKept(folder, saved);
            }
        }
    }

    private void marian(NDManager manager, int rows, int choices, String version)
            throws IOException {
        JsonObject config = JsonFiles.read(MARIAN.resolve("config.json"));
        config.addProperty("tie_word_embeddings", false);
        config.addProperty("decoder_vocab_size", choices);
        config.addProperty("transformers_version", version);
        JsonFiles.write(folder.resolve("config.json"), config);
        try (TensorSource source = TensorSource.open(MARIAN)) {
            NDArray table = source.read(TARGETS, manager); // (33, D)
            NDArray bias = source.read("final_logits_bias", manager); // (1, 33)
            List<TensorContent> contents = new ArrayList<>();
            for (String name : source.names()) {
                if (!name.equals(TARGETS) && !name.equals("final_logits_bias")) {
                    contents.add(source.content(name));
                }
            }
            contents.add(TensorContent.of(TARGETS, table.get(new NDIndex(":" + rows))));
            contents.add(TensorContent.of("lm_head.weight", table.get(new NDIndex(":" + choices))));
            contents.add(
                    TensorContent.of("final_logits_bias", bias.get(new NDIndex(":, :" + choices))));
            SafetensorsWriter.builder().build().writeModel(folder, contents);
        }
    }

    /** Up to transformers 4 the decoder's table has vocab_size rows, from 5 on the other size. */
    @ParameterizedTest
    @CsvSource({"29, 33, 4.44.2", "29, 25, 4.44.2", "33, 33, 4.44.2", "33, 33, 5.18.0"})
    void marianChoosesAmongAsManyTokensAsItsOutputHas(int rows, int choices, String version)
            throws IOException {
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                LoadedModel tied = Pretrained.loader().optManager(manager).load(MARIAN)) {
            marian(manager, rows, choices, version);
            NDArray sources = manager.create(new long[][] {{5, 6, 7, 0}, {8, 9, 0, 28}});
            NDArray targets = manager.create(new long[][] {{28, 11, 12}, {28, 14, 15}});
            NDArray expected =
                    tied.model(SequenceToSequenceModel.class)
                            .logits(sources, targets, null)
                            .get(new NDIndex("..., :" + choices)); // (B, T, V)
            try (LoadedModel untied = Pretrained.loader().optManager(manager).load(folder)) {
                SequenceToSequenceModel model = untied.model(SequenceToSequenceModel.class);
                NDArray logits = model.logits(sources, targets, null);
                assertEquals(new Shape(2, 3, choices), logits.getShape());
                assertArrayEquals(expected.toFloatArray(), logits.toFloatArray(), 1e-6f);
                try (StepDecoder steps = model.start(manager, sources)) {
                    for (int t = 0; t < 3; t++) {
                        // Sums over cached places run in another order.
                        NDArray step = steps.step(targets.get(new NDIndex(":, " + t)));
                        assertArrayEquals(
                                expected.get(new NDIndex(":, " + t)).toFloatArray(),
                                step.toFloatArray(),
                                1e-5f);
                    }
                    if (rows < choices) {
                        NDArray beyond = manager.create(new long[] {11, rows});
                        IllegalArgumentException refusal =
                                assertThrows(
                                        IllegalArgumentException.class, () -> steps.step(beyond));
                        assertTrue(
                                refusal.getMessage().contains("below 29, got 29"),
                                refusal.getMessage());
                    }
                }
                untied.save(folder.resolve("saved"));
                assertKept(folder, folder.resolve("saved"));
            }
        }
    }

    /** The setting of a Marian that shares its table says nothing: transformers does not look. */
    @Test
    void aSharedTableDecidesTheSize() throws IOException {
        Path shared = GoldenFolders.named("marian_mt_a");
        JsonObject config = JsonFiles.read(shared.resolve("config.json"));
        config.addProperty("decoder_vocab_size", config.get("vocab_size").getAsInt() - 3);
        JsonFiles.write(folder.resolve("config.json"), config);
        Files.copy(shared.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        try (LoadedModel model = Pretrained.loader().optEngine(TestEngine.name()).load(folder)) {
            assertTrue(model.report().isExact());
        }
    }
}
