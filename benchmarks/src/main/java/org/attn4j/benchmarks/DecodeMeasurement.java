package org.attn4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.benchmarks.GgufModel.Encoding;
import org.attn4j.models.generate.CausalModel;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.PromptSearch;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;

/**
 * A text generated token by token with a GPT-2 of random weights, greedily from one token.
 *
 * @param layers their number
 * @param modelSize D; feed-forward blocks are four times as wide
 * @param heads N
 * @param vocabulary V
 * @param tokens how many are generated
 */
record DecodeMeasurement(
        String name, int layers, int modelSize, int heads, int vocabulary, int tokens) {

    private static final int SEED = 5;
    private static final int START = 11;
    private static final int COMPARED = 4;

    /** The shape of the smallest GPT-2 that is published. */
    static DecodeMeasurement gpt2(int tokens) {
        return new DecodeMeasurement("decode.gpt2", 12, 768, 12, 50_257, tokens);
    }

    /**
     * The contenders.
     *
     * @param threads of llama.cpp; the engine's are set
     */
    Measurement of(NDManager manager, int threads) {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(Contender.ours(() -> work(manager, Pretrained.loader().forPrediction())));
        contenders.addAll( // another token may be the best
                Contender.rounded(
                        manager,
                        Contender.INCOMPARABLE,
                        precision ->
                                () -> work(manager, Pretrained.loader().optPrecision(precision))));
        contenders.add(
                Contender.other(
                        "ours, reference kernels",
                        Contender.ROUNDING,
                        UnderKernels.of("reference", () -> work(manager, Pretrained.loader()))));
        if (LlamaLibrary.isLoaded()) {
            contenders.add(llama("llama.cpp", manager, threads, Encoding.F32));
            contenders.add(llama("llama.cpp int8", manager, threads, Encoding.Q8_0));
        }
        contenders.add(Contender.bound("bound: reading weights", () -> reading(manager)));
        return Measurement.of(name, "token", tokens, contenders);
    }

    private JsonObject config() {
        return JsonParser.parseString(
                        """
                        {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"],
                         "n_layer": %d, "n_embd": %d, "n_head": %d, "vocab_size": %d,
                         "n_positions": 1024, "layer_norm_epsilon": 1e-5,
                         "bos_token_id": 0, "eos_token_id": 0}"""
                                .formatted(layers, modelSize, heads, vocabulary))
                .getAsJsonObject();
    }

    private LoadedModel model(NDManager manager, Pretrained.Loader loader) {
        manager.getEngine().setRandomSeed(SEED);
        return loader.optManager(manager).create(config(), List.of());
    }

    private Work work(NDManager parent, Pretrained.Loader loader) {
        NDManager manager = parent.newSubManager();
        LoadedModel model = model(manager, loader);
        return new Work() {

            /** The log-probabilities of the tokens that were chosen. */
            @Override
            public List<float[]> values() {
                return List.of(generated(model).tokenLogProbabilities());
            }

            @Override
            public void run() {
                generated(model);
            }

            @Override
            public void close() {
                model.close();
                manager.close();
            }
        };
    }

    private Hypothesis generated(LoadedModel model) {
        PromptSearch search =
                new PromptSearch(
                        GenerationConfig.DEFAULTS
                                .withBeams(1)
                                .withLengths(0, tokens)
                                .withSuppressed(GenerationConfig.DEFAULTS.eosIds()));
        return search.search(
                        model.model(CausalModel.class), model.manager(), List.of(new int[] {START}))
                .get(0)
                .get(0);
    }

    /**
     * The model in llama.cpp. In float32 its first tokens are ours; later ones may differ by
     * rounding, as those of rounded weights may from the first one on.
     *
     * @throws IllegalStateException if they are others
     */
    private Contender llama(String name, NDManager parent, int threads, Encoding encoding) {
        return Contender.other(
                name,
                Contender.INCOMPARABLE,
                () -> {
                    try (NDManager manager = parent.newSubManager();
                            LoadedModel model = model(manager, Pretrained.loader())) {
                        LlamaGpt2 llama = new LlamaGpt2(model, START, tokens, threads, encoding);
                        if (encoding == Encoding.F32) {
                            llama.requireBegin(Arrays.copyOf(generated(model).ids(), COMPARED));
                        }
                        return llama;
                    }
                });
    }

    /** Reads as many numbers as the model has weights that each token needs. */
    private Work reading(NDManager parent) {
        return new EngineWork(parent) {

            private final NDArray weights = // 12 D² in a layer, and the output projection
                    manager()
                            .randomUniform(
                                    -1,
                                    1,
                                    new Shape(12L * layers * modelSize + vocabulary, modelSize));

            @Override
            NDArray compute() {
                NDArray last = null;
                for (int token = 0; token < tokens; token++) {
                    last = weights.sum();
                }
                return last;
            }

            @Override
            public List<float[]> values() {
                return List.of();
            }
        };
    }
}
