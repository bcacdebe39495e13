package org.attn4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
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

    /** The shape of the smallest GPT-2 that is published. */
    static DecodeMeasurement gpt2(int tokens) {
        return new DecodeMeasurement("decode.gpt2", 12, 768, 12, 50_257, tokens);
    }

    /** The contenders. */
    Measurement of(NDManager manager) {
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
        contenders.add(Contender.bound("bound: reading weights", () -> reading(manager)));
        return Measurement.of(name, "token", tokens, contenders);
    }

    private JsonObject config() {
        return JsonParser.parseString(
                        """
                        {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"],
                         "n_layer": %d, "n_embd": %d, "n_head": %d, "vocab_size": %d,
                         "n_positions": 1024, "bos_token_id": 0, "eos_token_id": 0}"""
                                .formatted(layers, modelSize, heads, vocabulary))
                .getAsJsonObject();
    }

    private Work work(NDManager parent, Pretrained.Loader loader) {
        NDManager manager = parent.newSubManager();
        manager.getEngine().setRandomSeed(SEED);
        LoadedModel model = loader.optManager(manager).create(config(), List.of());
        PromptSearch search =
                new PromptSearch(
                        GenerationConfig.DEFAULTS
                                .withBeams(1)
                                .withLengths(0, tokens)
                                .withSuppressed(GenerationConfig.DEFAULTS.eosIds()));
        return new Work() {

            /** The log-probabilities of the tokens that were chosen. */
            @Override
            public List<float[]> values() {
                return List.of(generated().tokenLogProbabilities());
            }

            @Override
            public void run() {
                generated();
            }

            private Hypothesis generated() {
                return search.search(
                                model.model(CausalModel.class), manager, List.of(new int[] {START}))
                        .get(0)
                        .get(0);
            }

            @Override
            public void close() {
                model.close();
                manager.close();
            }
        };
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
