package org.attn4j.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.onnxruntime.OrtException;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.attention.ops.Precision;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextEmbedder;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;

/** Encoders beside ONNX Runtime: a sentence model, and a BERT with the bound of its products. */
final class EncodeMeasurements {

    /** A cosine of at least 0.955. */
    private static final double INT8_ERROR = 0.3;

    private static final int VOCABULARY = 1000;
    private static final int SEED = 5;

    private final Settings settings;

    EncodeMeasurements(Settings settings) {
        this.settings = settings;
    }

    /** Texts of mixed length, tokenised and batched. */
    Measurement texts(String name, int count) {
        Texts texts = () -> Sentences.mixed(count);
        return Measurement.of(name, "text", count, contenders(texts));
    }

    /** One text of so many tokens, with the first and last that the model adds. */
    Measurement one(int tokens) {
        Texts text = () -> List.of(ofLength(tokens));
        return Measurement.of("encode.one", "text", 1, contenders(text));
    }

    private List<Contender> contenders(Texts texts) {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(ours(texts));
        contenders.addAll(
                Contender.rounded(
                        settings.manager(),
                        INT8_ERROR,
                        precision -> () -> embedding(texts, precision)));
        contenders.add(onnx(texts));
        contenders.add(int8(texts));
        return contenders;
    }

    /** Loading, up to the first vector: weights that are mapped are read when they are used. */
    Measurement load() {
        Texts text = () -> List.of("A man plays the guitar.");
        return Measurement.ofOpening("load.minilm", List.of(ours(text), onnx(text)));
    }

    /** A BERT with random weights, on rows without padding. */
    Measurement bert(String name, int layers, int modelSize, int heads, int batch, int length) {
        List<Contender> contenders = new ArrayList<>();
        JsonObject config = config(layers, modelSize, heads);
        contenders.add(Contender.ours(() -> bertWork(config, batch, length, Precision.FP32)));
        contenders.addAll(
                Contender.rounded(
                        settings.manager(),
                        INT8_ERROR,
                        precision -> () -> bertWork(config, batch, length, precision)));
        contenders.add(
                Contender.other(
                        "ONNX Runtime", Contender.ROUNDING, () -> onnxBert(config, batch, length)));
        contenders.addAll(
                new MatrixProducts(
                                MatrixProducts.layers(layers, batch * length, modelSize),
                                List.of(),
                                1)
                        .bounds(settings.manager()));
        return Measurement.of(name, "batch", 1, contenders);
    }

    /** Makes texts when a contender is opened. */
    private interface Texts {

        List<String> make() throws IOException;
    }

    private Contender ours(Texts texts) {
        return Contender.ours(() -> embedding(texts, Precision.FP32));
    }

    private Work embedding(Texts texts, Precision precision) throws IOException {
        NDManager own = settings.manager().newSubManager();
        TaskModel model =
                TaskModel.load(
                        Task.TEXT_EMBEDDING,
                        settings.model(),
                        Pretrained.loader().optManager(own).optPrecision(precision));
        TextEmbedder embedder = new TextEmbedder(model);
        return new TextWork(
                texts.make(),
                embedder::embed,
                () -> {
                    model.close();
                    own.close();
                });
    }

    private Contender onnx(Texts texts) {
        return onnx("ONNX Runtime", Contender.ROUNDING, OnnxEncoder.FLOAT32, texts);
    }

    private Contender int8(Texts texts) {
        return onnx("ONNX Runtime int8", INT8_ERROR, OnnxEncoder.INT8, texts);
    }

    private Contender onnx(String name, double mostError, String file, Texts texts) {
        return Contender.other(
                name,
                mostError,
                () -> {
                    OnnxEncoder encoder =
                            new OnnxEncoder(
                                    settings.onnx().resolve(file),
                                    settings.model(),
                                    settings.threads());
                    return new TextWork(texts.make(), encoder::embed, encoder::close);
                });
    }

    private String ofLength(int tokens) throws IOException {
        try (ModelTokenizer tokenizer = ModelTokenizer.load(ModelFiles.of(settings.model()))) {
            return Sentences.all().stream()
                    .filter(
                            each ->
                                    tokenizer
                                                    .encode(
                                                            TextPair.of(each),
                                                            EncodeOptions.DEFAULT)
                                                    .length()
                                            == tokens)
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new IllegalArgumentException(
                                            "no sentence of the corpus has %s tokens for %s"
                                                    .formatted(tokens, settings.model())));
        }
    }

    private static JsonObject config(int layers, int modelSize, int heads) {
        JsonArray architectures = new JsonArray();
        architectures.add("BertModel");
        JsonObject config = new JsonObject();
        config.addProperty("model_type", "bert");
        config.add("architectures", architectures);
        config.addProperty("vocab_size", VOCABULARY);
        config.addProperty("hidden_size", modelSize);
        config.addProperty("num_hidden_layers", layers);
        config.addProperty("num_attention_heads", heads);
        config.addProperty("intermediate_size", 4 * modelSize);
        config.addProperty("layer_norm_eps", 1e-12);
        return config;
    }

    private Work bertWork(JsonObject config, int batch, int length, Precision precision) {
        return new EngineWork(settings.manager()) {

            private final LoadedModel model =
                    bert(config, Pretrained.loader().optPrecision(precision).optManager(manager()));
            private final NDArray ids = // (B, T)
                    HostArrays.of(manager(), ids(batch * length), new Shape(batch, length));

            @Override
            NDArray compute() {
                return model.run(ModelInputs.of(ids)).require("last_hidden_state");
            }

            @Override
            public void close() {
                model.close();
                super.close();
            }
        };
    }

    private Work onnxBert(JsonObject config, int batch, int length)
            throws IOException, OrtException {
        try (NDManager scratch = settings.manager().newSubManager();
                LoadedModel model = bert(config, Pretrained.loader().optManager(scratch))) {
            return new OnnxBert(model, ids(batch * length), batch, settings.threads());
        }
    }

    private LoadedModel bert(JsonObject config, Pretrained.Loader loader) {
        settings.manager().getEngine().setRandomSeed(SEED); // the same weights for each
        return loader.create(config, List.of());
    }

    private static long[] ids(int count) {
        return LongStream.range(0, count).map(i -> i * 31 % VOCABULARY).toArray();
    }
}
