package org.attn4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import com.google.gson.JsonObject;
import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.CacheType;
import de.kherud.llama.args.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.benchmarks.GgufModel.Encoding;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.model.LoadedModel;

/**
 * A GPT-2 of ours in llama.cpp, which goes on with a text of one token, greedily. Each token of its
 * vocabulary is written as its id. The bindings tell no log-probabilities: what compares are the
 * tokens.
 */
final class LlamaGpt2 implements Work {

    private static final int ID_LENGTH = 6; // digits of a token

    /** Less is a batch that llama.cpp does not take. */
    private static final int BATCH = 64;

    /** Kinds of tokens: one that is made of parts, and one that a prompt may name. */
    private static final int NORMAL = 1;

    private static final int USER_DEFINED = 4;

    private static final String TOKENS = "token_embd.weight";
    private static final String POSITIONS = "position_embd.weight";
    private static final String OUTPUT = "output.weight";

    /** What GGUF calls the tensors of a layer. */
    private static final Map<String, String> NAMES_IN_LAYER =
            Map.of(
                    "ln_1", "attn_norm",
                    "attn.c_attn", "attn_qkv",
                    "attn.c_proj", "attn_output",
                    "ln_2", "ffn_norm",
                    "mlp.c_fc", "ffn_up",
                    "mlp.c_proj", "ffn_down");

    private static final Map<String, String> NAMES =
            Map.of("wte", "token_embd", "wpe", "position_embd", "ln_f", "output_norm");

    private final LlamaModel llama;
    private final InferenceParameters request;

    /**
     * Hands a model over to llama.cpp; ours is not needed any more then.
     *
     * @param start the text
     * @param tokens how many are generated
     * @param encoding of matrices, positions aside; keys and values are float32 beside float32, and
     *     float16 as llama.cpp has them otherwise
     */
    LlamaGpt2(LoadedModel model, int start, int tokens, int threads, Encoding encoding)
            throws IOException {
        Path file = Files.createTempFile("attn4j-bench", ".gguf");
        file.toFile().deleteOnExit(); // for those who are interrupted
        try {
            write(model, start, encoding, file);
            CacheType cache = encoding == Encoding.F32 ? CacheType.F32 : CacheType.F16;
            llama =
                    new LlamaModel(
                            new ModelParameters()
                                    .setModel(file.toString())
                                    .setThreads(threads)
                                    .setThreadsBatch(threads)
                                    .setCtxSize(tokens + 2)
                                    .setBatchSize(BATCH)
                                    .setUbatchSize(BATCH)
                                    .setCacheTypeK(cache)
                                    .setCacheTypeV(cache)
                                    .disableLog());
        } finally {
            Files.delete(file); // it is mapped
        }
        request =
                new InferenceParameters(text(start))
                        .setNPredict(tokens)
                        .setIgnoreEos(true)
                        .setCachePrompt(false)
                        .setSamplers(Sampler.TOP_K)
                        .setTopK(1);
    }

    /**
     * Holds the text against ours.
     *
     * @param ours the first tokens that we generate
     * @throws IllegalStateException if it begins otherwise; it is closed then
     */
    void requireBegin(int[] ours) {
        int[] its = generate();
        if (!Arrays.equals(ours, Arrays.copyOf(its, ours.length))) {
            close();
            throw new IllegalStateException(
                    "llama.cpp generates %s where we generate %s: nothing was timed"
                            .formatted(Arrays.toString(its), Arrays.toString(ours)));
        }
    }

    /** The tokens that it generates. */
    int[] generate() {
        String text = llama.complete(request);
        Require.that(
                text.length() % ID_LENGTH == 0,
                "tokens are written in %s digits, got the text %s",
                ID_LENGTH,
                text);
        return IntStream.range(0, text.length() / ID_LENGTH)
                .map(i -> Integer.parseInt(text.substring(i * ID_LENGTH, (i + 1) * ID_LENGTH)))
                .toArray();
    }

    @Override
    public List<float[]> values() {
        return List.of();
    }

    @Override
    public void run() {
        generate();
    }

    /** None: what ours took while it was handed over would be part of it. */
    @Override
    public Long peakBytes() {
        return null;
    }

    /** Stops it; its memory the bindings give back when the process ends. */
    @Override
    public void close() {
        llama.close();
    }

    private static String text(int token) {
        return String.format(Locale.ROOT, "%0" + ID_LENGTH + "d", token);
    }

    private static void write(LoadedModel model, int start, Encoding encoding, Path file)
            throws IOException {
        GgufModel gguf = new GgufModel();
        JsonObject config = model.config();
        set(gguf, config);
        setVocabulary(gguf, config, start);
        for (WeightTable.Tensor each : model.model().weights().tensorsOf(model.model())) {
            NDArray values = upright(each);
            String name = name(each.name());
            boolean encoded = values.getShape().dimension() == 2 && !name.equals(POSITIONS);
            Encoding chosen = encoded ? encoding : Encoding.F32;
            gguf.add(TensorContent.of(name, values), chosen);
            if (name.equals(TOKENS)) { // it cannot be told that they are tied
                gguf.add(TensorContent.of(OUTPUT, values), chosen);
            }
        }
        gguf.writeTo(file);
    }

    private static void set(GgufModel gguf, JsonObject config) {
        int modelSize = config.get("n_embd").getAsInt();
        gguf.set("general.architecture", "gpt2")
                .set("gpt2.context_length", config.get("n_positions").getAsInt())
                .set("gpt2.embedding_length", modelSize)
                .set("gpt2.feed_forward_length", 4 * modelSize)
                .set("gpt2.block_count", config.get("n_layer").getAsInt())
                .set("gpt2.attention.head_count", config.get("n_head").getAsInt())
                .set(
                        "gpt2.attention.layer_norm_epsilon",
                        config.get("layer_norm_epsilon").getAsFloat());
    }

    private static void setVocabulary(GgufModel gguf, JsonObject config, int start) {
        int vocabulary = config.get("vocab_size").getAsInt();
        int[] kinds = new int[vocabulary];
        Arrays.fill(kinds, NORMAL);
        kinds[start] = USER_DEFINED;
        gguf.set("tokenizer.ggml.model", "gpt2")
                .set("tokenizer.ggml.pre", "gpt-2")
                .set(
                        "tokenizer.ggml.tokens",
                        IntStream.range(0, vocabulary).mapToObj(LlamaGpt2::text).toList())
                .set("tokenizer.ggml.token_type", kinds)
                .set("tokenizer.ggml.merges", List.of())
                .set("tokenizer.ggml.bos_token_id", config.get("bos_token_id").getAsInt())
                .set("tokenizer.ggml.eos_token_id", config.get("eos_token_id").getAsInt())
                .set("tokenizer.ggml.add_bos_token", false);
    }

    /** The values of a tensor, matrices as (out, in). */
    private static NDArray upright(WeightTable.Tensor tensor) {
        NDList parameters = new NDList();
        tensor.parameters().forEach(parameter -> parameters.add(parameter.getArray()));
        NDArray stored = tensor.layout().toStored(parameters);
        return tensor.layout().isTransposed() ? stored.transpose() : stored;
    }

    /** {@code transformer.h.0.attn.c_proj.bias} is {@code blk.0.attn_output.bias}. */
    private static String name(String tensor) {
        String path = tensor.substring("transformer.".length());
        int end = path.lastIndexOf('.');
        String kind = path.substring(end);
        if (!path.startsWith("h.")) {
            return NAMES.get(path.substring(0, end)) + kind;
        }
        int number = path.indexOf('.', 2);
        return "blk."
                + path.substring(2, number)
                + "."
                + NAMES_IN_LAYER.get(path.substring(number + 1, end))
                + kind;
    }
}
