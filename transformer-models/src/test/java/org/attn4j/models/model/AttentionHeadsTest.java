package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.family.transformer.PositionKind;
import org.attn4j.models.family.transformer.TinyModels;
import org.attn4j.models.family.transformer.TransformerAttention;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class AttentionHeadsTest {

    /**
     * Products that are zero or left out: a few units of the last place of sums of float32 in
     * another order, over up to four layers. The heads themselves make a hundred times more.
     */
    private static final double ROUNDING = 5e-6;

    private static final List<String> PRUNED =
            List.of(
                    "bart_a",
                    "bert_mlm_a",
                    "bert_sharded_half_a",
                    "distilbert_mlm_a",
                    "electra_pretraining_a",
                    "gpt2_lm_a",
                    "marian_mt_a",
                    "mbart_a",
                    "mpnet_model_a",
                    "opt_lm_a",
                    "roberta_mlm_a",
                    "t5_v1_1_a");

    /** Their heads can be taken away to see what they do, but not be pruned. */
    private static final List<String> MASKED =
            List.of("albert_mlm_a", "bert2bert_a", "bloom_lm_a", "gpt_neox_lm_a", "llama_lm_a");

    /** Their attention is another than multi-head attention. */
    private static final List<String> WITHOUT_HEADS =
            List.of("bigbird_model_a", "deepseek_v3_dense_lm_a", "longformer_model_a");

    @TempDir private Path folder;

    private static Pretrained.Loader loader() {
        return Pretrained.loader().optEngine(TestEngine.name());
    }

    @TestFactory
    Stream<DynamicTest> aPrunedModelGivesWhatTheModelGivesWithTheseHeadsMasked() {
        Stream<Path> relative =
                Stream.of(Path.of("src/test/resources/goldens/encoders/bert_relative_key"));
        return Stream.concat(PRUNED.stream().map(GoldenFolders::named), relative)
                .map(it -> dynamicTest(it.getFileName().toString(), () -> assertPruned(it)));
    }

    @TestFactory
    Stream<DynamicTest> familiesThatCannotBePrunedSayWhy() {
        return MASKED.stream()
                .map(
                        name ->
                                dynamicTest(
                                        name,
                                        () -> {
                                            try (LoadedModel model =
                                                    loader().load(GoldenFolders.named(name))) {
                                                assertContains(
                                                        "pruned_heads",
                                                        () ->
                                                                AttentionHeads.requirePrunable(
                                                                        model));
                                            }
                                        }));
    }

    @TestFactory
    Stream<DynamicTest> modelsWithoutMultiHeadAttentionAreRefused() {
        return WITHOUT_HEADS.stream()
                .map(
                        name ->
                                dynamicTest(
                                        name,
                                        () -> {
                                            try (LoadedModel model =
                                                    loader().load(GoldenFolders.named(name))) {
                                                assertContains(
                                                        "has no multi-head attention",
                                                        () -> AttentionHeads.of(model.model()));
                                            }
                                        }));
    }

    private static void assertContains(String part, Runnable call) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(refused.getMessage().contains(part), refused::getMessage);
    }

    private void assertPruned(Path stored) throws IOException {
        Path smaller = folder.resolve(stored.getFileName() + "-smaller");
        PrunedHeads heads;
        try (LoadedModel loaded = loader().load(stored)) {
            heads = some(AttentionHeads.of(loaded.model()));
            AttentionHeads.requirePrunable(loaded);
            LoadedModel pruned = AttentionHeads.prune(loaded, heads);
            assertTrue(count(pruned) < count(loaded));
            pruned.save(smaller);
        }
        try (LoadedModel masked = loader().optMaskedHeads(heads).load(stored);
                LoadedModel whole = loader().load(stored);
                LoadedModel pruned = loader().load(smaller)) {
            Map<String, float[]> expected = outputs(masked);
            Map<String, float[]> before = outputs(whole);
            Map<String, float[]> found = outputs(pruned);
            assertEquals(expected.keySet(), found.keySet());
            boolean changed = false;
            for (String name : expected.keySet()) {
                Numbers.assertClose(name, expected.get(name), found.get(name), ROUNDING, ROUNDING);
                changed |= distance(before.get(name), found.get(name)) > 5e-4;
            }
            assertTrue(changed, "the heads that were taken away do something");
            assertEquals(
                    heads, AttentionHead.all(missing(whole.model(), pruned.model())), "the heads");
        }
    }

    /** Two heads of an attention that has more, and one of any other. */
    private static PrunedHeads some(List<AttentionHead> heads) {
        List<AttentionHead> chosen = new ArrayList<>();
        for (AttentionHead head : heads) {
            long all = heads.stream().filter(it -> it.attention().equals(head.attention())).count();
            if (head.head() == 0 && all > 1 || head.head() == 2 && all > 3) {
                chosen.add(head);
            }
        }
        return AttentionHead.all(chosen);
    }

    private static List<AttentionHead> missing(PretrainedModel whole, PretrainedModel pruned) {
        List<AttentionHead> heads = new ArrayList<>(AttentionHeads.of(whole));
        heads.removeAll(AttentionHeads.of(pruned));
        return heads;
    }

    private static long count(LoadedModel model) {
        return BlockParameters.of(model.model()).count();
    }

    private static double distance(float[] one, float[] other) {
        double most = 0;
        for (int i = 0; i < one.length; i++) {
            most = Math.max(most, Math.abs(one[i] - other[i]));
        }
        return most;
    }

    private static Map<String, float[]> outputs(LoadedModel model) {
        try (NDManager call = model.manager().newSubManager()) {
            boolean choices = model.model().architecture().endsWith("MultipleChoice");
            Shape shape = choices ? new Shape(1, 2, 4) : new Shape(2, 4);
            NDArray ids = call.create(new long[] {3, 4, 5, 2, 6, 3, 7, 2}, shape);
            ModelInputs in = ModelInputs.of(ids);
            ModelOutputs outputs =
                    model.run(
                            model.config().has("is_encoder_decoder")
                                            && model.config()
                                                    .get("is_encoder_decoder")
                                                    .getAsBoolean()
                                            && !model.model().architecture().contains("Encoder")
                                    ? in.with("decoder_input_ids", ids)
                                    : in);
            Map<String, float[]> values = new TreeMap<>();
            outputs.arrays().forEach((name, array) -> values.put(name, array.toFloatArray()));
            return values;
        }
    }

    /** Each kind of positions reaches the heads in a way of its own. */
    @Test
    void aTransformerIsPrunedWhateverItsPositions() throws IOException {
        for (PositionKind positions : PositionKind.values()) {
            TransformerConfig config = TinyModels.config().optPositions(positions).build();
            Path whole = folder.resolve("whole-" + positions);
            try (NDManager manager = TestEngine.manager()) {
                TransformerModel model = TinyModels.model(config, manager);
                LoadedModel.made(model, config.json(), null, List.of()).save(whole);
            }
            assertPruned(whole);
        }
    }

    @Test
    void aPrunedModelIsPrunedFurther() throws IOException {
        TransformerConfig config = TinyModels.config().build();
        Path twice = folder.resolve("twice");
        String key = "decoder.layers.1.encoder_attn";
        try (NDManager manager = TestEngine.manager()) {
            TransformerModel model = TinyModels.model(config, manager);
            LoadedModel whole = LoadedModel.made(model, config.json(), null, List.of());
            LoadedModel once = AttentionHeads.prune(whole, new PrunedHeads(Map.of(key, Set.of(1))));
            LoadedModel both = AttentionHeads.prune(once, new PrunedHeads(Map.of(key, Set.of(3))));
            both.save(twice);
            LoadedModel atOnce =
                    AttentionHeads.prune(whole, new PrunedHeads(Map.of(key, Set.of(1, 3))));
            Numbers.assertClose(
                    "logits", outputs(atOnce).get("logits"), outputs(both).get("logits"), 0, 0);
            assertRefused(
                    key
                            + " must have the heads that are pruned, got heads=[0, 2], pruned heads=[1]",
                    () -> AttentionHeads.prune(both, new PrunedHeads(Map.of(key, Set.of(1)))));
        }
        try (LoadedModel loaded = loader().load(twice)) {
            List<Integer> left =
                    AttentionHeads.of(loaded.model()).stream()
                            .filter(head -> head.slot() == AttentionSlot.CROSS && head.layer() == 1)
                            .map(AttentionHead::head)
                            .toList();
            assertEquals(List.of(0, 2), left);
            assertEquals(
                    JsonParser.parseString("{'decoder.layers.1.encoder_attn': [1, 3]}"),
                    loaded.config().get(PrunedHeads.KEY));
        }
    }

    @Test
    void configurationsThatNameNoHeadsOfTheModelAreRefused() {
        JsonObject config =
                JsonParser.parseString(
                                "{'model_type': 'bert', 'vocab_size': 9, 'hidden_size': 8,"
                                        + " 'num_hidden_layers': 1, 'num_attention_heads': 2,"
                                        + " 'intermediate_size': 8, 'pruned_heads': {'1': [0]}}")
                        .getAsJsonObject();
        assertRefused(
                "pruned_heads must be of the layers from 0 to 0, got 1",
                () -> ModelFamilies.create(config, null));
        config.add(PrunedHeads.KEY, JsonParser.parseString("{'0': [0, 0]}"));
        assertRefused(
                "config.json: pruned_heads: must list each head of 0 once, by its number, got [0,0]",
                () -> ModelFamilies.create(config, null));
    }

    @Test
    void mechanismsWithoutSuchHeadsAreRefused() {
        TransformerConfig config =
                TinyModels.config()
                        .optAttention(
                                TransformerAttention.multiHead()
                                        .with(AttentionSlot.CROSS, AttentionSpec.named("additive")))
                        .optPrunedHeads(
                                new PrunedHeads(Map.of("decoder.layers.0.encoder_attn", Set.of(0))))
                        .build();
        assertRefused(
                "attention at cross: additive has no heads that can be pruned, got prunedHeads=[0]",
                () -> new TransformerModel(config));
    }

    @Test
    void headsThatAreNotThereCannotBeMasked() throws IOException {
        Path bert = GoldenFolders.named("bert_mlm_a");
        try (NDManager manager = TestEngine.manager()) {
            Pretrained.Loader masked =
                    loader().optManager(manager)
                            .optMaskedHeads(new PrunedHeads(Map.of("99", Set.of(0))));
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> masked.load(bert));
            assertTrue(
                    refused.getMessage().startsWith("the model has no attention 99 with heads"),
                    refused::getMessage);
        }
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
