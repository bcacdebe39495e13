package org.attn4j.benchmarks;

import ai.onnxruntime.OrtException;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.model.LoadedModel;

/**
 * A BERT of ours in ONNX Runtime, on rows without padding. Where ONNX Runtime would put operators
 * of its own in place of ONNX's, and where it has a faster one, the graph names those: {@code
 * MultiHeadAttention}, {@code SkipLayerNormalization} and {@code Gelu}. Linear maps are {@code
 * Gemm}, whose weights it packs. Its {@code Attention}, with one map for query, key and value, is
 * slower.
 */
final class OnnxBert implements Work {

    private static final String IDS = "input_ids";

    private final OnnxSession session;
    private final int rows;
    private final long[] ids;

    /**
     * Hands a model over to ONNX Runtime; ours is not needed any more then.
     *
     * @param ids (B, T), row after row
     * @param rows B
     */
    OnnxBert(LoadedModel model, long[] ids, int rows, int threads)
            throws IOException, OrtException {
        this.rows = rows;
        this.ids = ids;
        Path file = Files.createTempFile("attn4j-bench", ".onnx");
        file.toFile().deleteOnExit(); // for those who are interrupted
        try {
            new Graph(model, rows, ids.length / rows).write(file);
            session = new OnnxSession(file, threads);
        } finally {
            Files.delete(file);
        }
    }

    @Override
    public List<float[]> values() {
        FloatBuffer states = states();
        float[] values = new float[states.remaining()];
        states.get(values);
        return List.of(values);
    }

    @Override
    public void run() {
        states();
    }

    /** (B, T, D). */
    private FloatBuffer states() {
        return session.run(rows, Map.of(IDS, LongBuffer.wrap(ids)));
    }

    @Override
    public void close() {
        session.close();
    }

    /** The graph of a BERT for inputs of one shape; states are (B·T, D) outside of attention. */
    private static final class Graph {

        private final OnnxModel onnx = new OnnxModel();
        private final Map<String, TensorContent> weights; // by their names in checkpoints
        private final int layers;
        private final int heads;
        private final float epsilon;
        private final int batch;
        private final int length;
        private final int modelSize;
        private final String separate;
        private final String flat;

        Graph(LoadedModel model, int batch, int length) {
            JsonObject config = model.config();
            weights =
                    WeightLoader.contents(model.model(), model.model().weights()).stream()
                            .collect(Collectors.toMap(TensorContent::name, Function.identity()));
            layers = config.get("num_hidden_layers").getAsInt();
            heads = config.get("num_attention_heads").getAsInt();
            epsilon = config.get("layer_norm_eps").getAsFloat();
            modelSize = config.get("hidden_size").getAsInt();
            this.batch = batch;
            this.length = length;
            separate = onnx.integers("shape.separate", batch, length, modelSize);
            flat = onnx.integers("shape.flat", (long) batch * length, modelSize);
        }

        void write(Path file) throws IOException {
            String states = embedded(onnx.input(IDS, batch, length));
            for (int layer = 0; layer < layers; layer++) {
                states = layer("encoder.layer." + layer + ".", states);
            }
            onnx.output(reshaped(states, separate), batch, length, modelSize);
            onnx.writeTo(file);
        }

        private String embedded(String ids) {
            String table = "embeddings.";
            String words = looked(table + "word_embeddings.weight", ids);
            String positions = // (T, D)
                    looked(
                            table + "position_embeddings.weight",
                            onnx.integers("positions", LongStream.range(0, length).toArray()));
            String type = // (1, D): all tokens are of the first text
                    looked(table + "token_type_embeddings.weight", onnx.integers("type", 0));
            String sum = added(added(words, positions), type);
            String normed =
                    onnx.node("LayerNormalization")
                            .with("epsilon", epsilon)
                            .of(
                                    sum,
                                    weight(table + "LayerNorm.weight"),
                                    weight(table + "LayerNorm.bias"));
            return reshaped(normed, flat);
        }

        private String layer(String layer, String states) {
            String self = layer + "attention.self.";
            String attended =
                    onnx.runtimeNode("MultiHeadAttention")
                            .with("num_heads", heads)
                            .of(
                                    reshaped(linear(self + "query", states), separate),
                                    reshaped(linear(self + "key", states), separate),
                                    reshaped(linear(self + "value", states), separate));
            String output = layer + "attention.output.";
            String projected = linear(output + "dense", reshaped(attended, flat));
            String middle = normedSum(output + "LayerNorm", projected, states);
            String inner =
                    onnx.runtimeNode("Gelu").of(linear(layer + "intermediate.dense", middle));
            String outer = linear(layer + "output.dense", inner);
            return normedSum(layer + "output.LayerNorm", outer, middle);
        }

        private String looked(String table, String ids) {
            return onnx.node("Gather").of(weight(table), ids);
        }

        private String added(String first, String second) {
            return onnx.node("Add").of(first, second);
        }

        private String reshaped(String states, String shape) {
            return onnx.node("Reshape").of(states, shape);
        }

        /** Weights are (out, in), as checkpoints have them. */
        private String linear(String name, String states) {
            return onnx.node("Gemm")
                    .with("transB", 1)
                    .of(states, weight(name + ".weight"), weight(name + ".bias"));
        }

        private String normedSum(String norm, String first, String second) {
            return onnx.runtimeNode("SkipLayerNormalization")
                    .with("epsilon", epsilon)
                    .of(first, second, weight(norm + ".weight"), weight(norm + ".bias"));
        }

        private String weight(String name) {
            return onnx.weight(weights.get(name));
        }
    }
}
