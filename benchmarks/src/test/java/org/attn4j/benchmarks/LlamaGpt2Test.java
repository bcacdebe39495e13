package org.attn4j.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Arrays;
import java.util.List;
import org.attn4j.benchmarks.GgufModel.Encoding;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.generate.CausalModel;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.PromptSearch;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A GPT-2 that llama.cpp generates with, beside the same of ours. */
class LlamaGpt2Test {

    private static final int START = 3;
    private static final int TOKENS = 12;

    private static NDManager manager;
    private static LoadedModel model;

    /** No two parameters have the same values, biases and gains included. */
    @BeforeAll
    static void open() {
        assumeTrue(LlamaLibrary.isLoaded(), "llama.cpp is not for this system");
        manager = new EngineOptions().open().newManager();
        JsonObject config =
                JsonParser.parseString(
                                """
                                {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"],
                                 "n_layer": 2, "n_embd": 64, "n_head": 4, "vocab_size": 300,
                                 "n_positions": 20, "layer_norm_epsilon": 0.01,
                                 "bos_token_id": 0, "eos_token_id": 0}""")
                        .getAsJsonObject();
        model = Pretrained.loader().optManager(manager).create(config, List.of());
        int seed = 0;
        for (Parameter each : BlockParameters.of(model.model()).byPath().values()) {
            NDArray values = EngineWork.normal(manager, ++seed, 0.5, each.getArray().getShape());
            values.copyTo(each.getArray());
        }
    }

    @AfterAll
    static void close() {
        if (manager != null) {
            manager.close();
        }
    }

    private static int[] ours() {
        PromptSearch search =
                new PromptSearch(
                        GenerationConfig.DEFAULTS
                                .withBeams(1)
                                .withLengths(0, TOKENS)
                                .withSuppressed(List.of(0)));
        return search.search(model.model(CausalModel.class), manager, List.of(new int[] {START}))
                .get(0)
                .get(0)
                .ids();
    }

    @Test
    void itGeneratesWhatWeDo() throws Exception {
        int[] ours = ours();
        assertTrue(Arrays.stream(ours).distinct().count() > 3, () -> Arrays.toString(ours));
        try (LlamaGpt2 llama = new LlamaGpt2(model, START, TOKENS, 1, Encoding.F32)) {
            assertArrayEquals(ours, llama.generate());
            assertArrayEquals(ours, llama.generate()); // nothing is left of the text before
            llama.requireBegin(Arrays.copyOf(ours, 4));
        }
    }

    @Test
    void anotherTextIsRefused() throws Exception {
        int[] other = ours();
        other[1] ^= 1;
        LlamaGpt2 llama = new LlamaGpt2(model, START, TOKENS, 1, Encoding.F32);
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> llama.requireBegin(other));
        assertTrue(refused.getMessage().contains(Arrays.toString(other)), refused.getMessage());
    }

    @Test
    void roundedWeightsGenerateAsManyTokens() throws Exception {
        try (LlamaGpt2 llama = new LlamaGpt2(model, START, TOKENS, 1, Encoding.Q8_0)) {
            int[] its = llama.generate();
            assertEquals(TOKENS, its.length);
            assertEquals(ours()[0], its[0]);
        }
    }
}
