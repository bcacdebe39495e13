package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.Strictness;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorSource;
import org.attn4j.models.checkpoint.WeightMismatchException;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files of tied models that hold both the embedding and an output matrix: transformers ties them
 * where they are equal, and its models without that output know the embedding alone.
 */
class TiedEmbeddingTest {

    private static final String FAMILIES =
            """
            albert_mlm_a, albert.embeddings.word_embeddings.weight, predictions.decoder.weight
            bart_a, model.shared.weight, lm_head.weight
            bert_mlm_a, bert.embeddings.word_embeddings.weight, cls.predictions.decoder.weight
            bigbird_pre, bert.embeddings.word_embeddings.weight, cls.predictions.decoder.weight
            bloom_lm_a, transformer.word_embeddings.weight, lm_head.weight
            deepseek_v3_dense_lm_a, model.embed_tokens.weight, lm_head.weight
            distilbert_mlm_a, distilbert.embeddings.word_embeddings.weight, vocab_projector.weight
            electra_mlm, electra.embeddings.word_embeddings.weight, generator_lm_head.weight
            gpt2_hub_names_a, wte.weight, lm_head.weight
            gpt2_lm_a, transformer.wte.weight, lm_head.weight
            gpt_neox_lm_a, gpt_neox.embed_in.weight, embed_out.weight
            llama_lm_a, model.embed_tokens.weight, lm_head.weight
            marian_mt_a, model.shared.weight, lm_head.weight
            mbart_a, model.shared.weight, lm_head.weight
            mpnet_mlm, mpnet.embeddings.word_embeddings.weight, lm_head.decoder.weight
            mistral_lm_a, model.embed_tokens.weight, lm_head.weight
            opt_lm_a, model.decoder.embed_tokens.weight, lm_head.weight
            roberta_mlm_a, roberta.embeddings.word_embeddings.weight, lm_head.decoder.weight
            t5_v1_0_a, shared.weight, lm_head.weight
            t5_v1_1_a, shared.weight, lm_head.weight
            xlm_roberta_mlm_a, roberta.embeddings.word_embeddings.weight, lm_head.decoder.weight
            """;

    @TempDir private Path folder;

    private static Path golden(String name) throws IOException {
        return GoldenFolders.all().stream()
                .filter(folder -> folder.endsWith(name))
                .findFirst()
                .orElseThrow();
    }

    /** A copy of a checkpoint with some tensors put in place of its own, or left out where null. */
    private void write(Path golden, boolean tied, Map<String, NDArray> changed) throws IOException {
        JsonObject config = JsonFiles.read(golden.resolve("config.json"));
        config.addProperty("tie_word_embeddings", tied);
        JsonFiles.write(folder.resolve("config.json"), config);
        try (TensorSource source = TensorSource.open(golden)) {
            List<TensorContent> contents = new ArrayList<>();
            for (String name : source.names()) {
                if (!changed.containsKey(name)) {
                    contents.add(source.content(name));
                }
            }
            changed.forEach(
                    (name, values) -> {
                        if (values != null) {
                            contents.add(TensorContent.of(name, values));
                        }
                    });
            SafetensorsWriter.builder().build().writeModel(folder, contents);
        }
    }

    private static List<String> withoutOutput(Path golden) throws IOException {
        JsonObject config = JsonFiles.read(golden.resolve("config.json"));
        String own = config.get("architectures").getAsJsonArray().get(0).getAsString();
        List<String> others = new ArrayList<>(ModelFamilies.of(config).architectures());
        others.removeIf(name -> name.equals(own) || name.endsWith("ForPreTraining"));
        return others;
    }

    /** All embeddings of tokens in a model, whatever the family calls them. */
    private void assertEmbeds(String architecture, NDArray expected) throws IOException {
        Strictness strictness =
                architecture.contains("For") // a head that the file lacks
                        ? Strictness.LOAD_WHAT_FITS
                        : new Strictness(true, true, false); // a pooler may be missing
        try (LoadedModel model =
                Pretrained.loader()
                        .optEngine(TestEngine.name())
                        .optArchitecture(architecture)
                        .optStrictness(strictness)
                        .load(folder)) {
            int found = 0;
            for (Map.Entry<String, Parameter> entry :
                    BlockParameters.of(model.model()).byPath().entrySet()) {
                String path = entry.getKey();
                if (path.endsWith("embed_tokens.weight") || path.endsWith("shared.weight")) {
                    found++;
                    assertArrayEquals(
                            expected.toFloatArray(),
                            entry.getValue().getArray().toFloatArray(),
                            architecture);
                }
            }
            assertTrue(found > 0, architecture + " has no embedding");
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = FAMILIES)
    void aModelWithoutTheOutputReadsItsOwnName(String golden, String embedding, String output)
            throws IOException {
        Path source = golden(golden);
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                TensorSource weights = TensorSource.open(source)) {
            NDArray own = weights.read(embedding, manager);
            for (boolean tied : new boolean[] {true, false}) {
                write(source, tied, Map.of(output, own.add(1)));
                for (String architecture : withoutOutput(source)) {
                    assertEmbeds(architecture, own);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = FAMILIES)
    void twoMatricesOfATiedModelAreRefused(String golden, String embedding, String output)
            throws IOException {
        Path source = golden(golden);
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                TensorSource weights = TensorSource.open(source)) {
            NDArray own = weights.read(embedding, manager);
            write(source, true, Map.of(output, own.add(1)));
            Pretrained.Loader loader = Pretrained.loader().optEngine(TestEngine.name());
            WeightMismatchException refusal =
                    assertThrows(WeightMismatchException.class, () -> loader.load(folder));
            assertEquals(List.of(output), refusal.report().unused());
            write(source, true, Map.of(output, own));
            loader.load(folder).close();
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = FAMILIES)
    void aTiedEmbeddingIsReadFromTheOutputWhereItHasNoNameOfItsOwn(
            String golden, String embedding, String output) throws IOException {
        Path source = golden(golden);
        try (NDManager manager = NDManager.newBaseManager(TestEngine.name());
                TensorSource weights = TensorSource.open(source)) {
            NDArray values = weights.read(embedding, manager).add(1);
            Map<String, NDArray> changed = new HashMap<>();
            changed.put(embedding, null);
            changed.put(output, values);
            write(source, true, changed);
            JsonObject config = JsonFiles.read(folder.resolve("config.json"));
            assertEmbeds(config.get("architectures").getAsJsonArray().get(0).getAsString(), values);
        }
    }
}
