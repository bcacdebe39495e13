package org.attn4j.models.checkpoint.onnx;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.ProtobufReader;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorType;

/**
 * A BERT encoder kept as ONNX, as PyTorch's exporter writes it: in 32-bit floats and in one file.
 *
 * <p>The exporter keeps the names of parameters but for the weights of linear layers, which it
 * transposes and numbers. Each of these is the right operand of a {@code MatMul} whose product goes
 * into an {@code Add} with the layer's bias, and the bias's name tells the weight's. The
 * configuration is read from the shapes and from the graph: the heads from the shape that queries
 * are cut into, the activation from {@code Erf} (gelu) or {@code Relu}, epsilon from what is added
 * to a variance. What cannot be told is an error, never a guess.
 */
public final class OnnxEncoder {

    private static final Pattern PARAMETER =
            Pattern.compile("(embeddings|encoder|pooler)\\.[A-Za-z0-9_.]{1,200}\\.(weight|bias)");

    private static final Pattern LAYER = Pattern.compile("encoder\\.layer\\.(\\d{1,4})\\..*");
    private static final int TENSORS_OF_EMBEDDINGS = 5;
    private static final int TENSORS_OF_A_LAYER = 16;
    private static final int ROWS_AT_ONCE = 64;

    private final OnnxGraph graph;
    private final Map<String, Parameter> parameters = new TreeMap<>();
    private final JsonObject config;

    private OnnxEncoder(OnnxGraph graph) {
        this.graph = graph;
        findNamed();
        findLinear();
        config = readConfig();
    }

    /**
     * Reads an encoder; its values are kept in memory outside the Java heap.
     *
     * @param file the ONNX file
     * @return the encoder
     * @throws CheckpointFormatException if the file is damaged, or holds something else
     * @throws IOException if it cannot be read
     */
    public static OnnxEncoder read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("an ONNX file has at most 2 GB");
            }
            ByteBuffer bytes = ByteBuffer.allocateDirect((int) channel.size());
            int count = 0;
            while (bytes.hasRemaining() && count >= 0) {
                count = channel.read(bytes);
            }
            return new OnnxEncoder(new OnnxGraph(new ProtobufReader(bytes.flip())));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CheckpointFormatException(
                    "%s: no BERT encoder can be read from it: %s".formatted(file, e.getMessage()),
                    e);
        }
    }

    private void findNamed() {
        for (OnnxTensor tensor : graph.tensors().values()) {
            if (tensor.isFloat() && PARAMETER.matcher(tensor.name()).matches()) {
                parameters.put(tensor.name(), new Parameter(tensor.name(), tensor, false));
            }
        }
    }

    private void findLinear() {
        for (OnnxGraph.Node node : graph.nodes()) {
            OnnxTensor weight = graph.tensors().get(node.input(1));
            boolean linear =
                    node.operator().equals("MatMul")
                            && weight != null
                            && weight.isFloat()
                            && weight.isMatrix();
            if (linear) {
                String name = bias(node).replaceFirst("bias$", "weight");
                if (parameters.put(name, new Parameter(name, weight, true)) != null) {
                    throw new IllegalArgumentException("it has two tensors '" + name + "'");
                }
            }
        }
    }

    /** The one bias that is added to a product. */
    private String bias(OnnxGraph.Node product) {
        Set<String> biases = new TreeSet<>();
        for (String output : product.outputs()) {
            for (OnnxGraph.Node user : graph.users(output)) {
                if (user.operator().equals("Add")) {
                    user.inputs().stream()
                            .filter(name -> name.endsWith(".bias") && parameters.containsKey(name))
                            .forEach(biases::add);
                }
            }
        }
        if (biases.size() != 1) {
            throw new IllegalArgumentException(
                    "the weight '%s' has no bias to be named by".formatted(product.input(1)));
        }
        return biases.iterator().next();
    }

    private JsonObject readConfig() {
        int layers = 0;
        for (String name : parameters.keySet()) {
            Matcher layer = LAYER.matcher(name);
            layers =
                    layer.matches()
                            ? Math.max(layers, 1 + Integer.parseInt(layer.group(1)))
                            : layers;
        }
        long[] words = shape("embeddings.word_embeddings.weight");
        long found =
                parameters.keySet().stream().filter(name -> !name.startsWith("pooler.")).count();
        int expected = TENSORS_OF_EMBEDDINGS + TENSORS_OF_A_LAYER * layers;
        if (layers == 0 || found != expected) {
            throw new IllegalArgumentException(
                    "it has %s tensors where a BERT encoder of %s layers has %s"
                            .formatted(found, layers, expected));
        }
        JsonArray architectures = new JsonArray();
        architectures.add("BertModel");
        JsonObject json = new JsonObject();
        json.add("architectures", architectures);
        json.addProperty("attention_probs_dropout_prob", 0.1);
        json.addProperty("hidden_act", activation());
        json.addProperty("hidden_dropout_prob", 0.1);
        json.addProperty("hidden_size", words[1]);
        json.addProperty("initializer_range", 0.02);
        json.addProperty(
                "intermediate_size", shape("encoder.layer.0.intermediate.dense.weight")[0]);
        json.addProperty("layer_norm_eps", epsilon());
        json.addProperty(
                "max_position_embeddings", shape("embeddings.position_embeddings.weight")[0]);
        json.addProperty("model_type", "bert");
        json.addProperty("num_attention_heads", heads(words[1]));
        json.addProperty("num_hidden_layers", layers);
        json.addProperty("pad_token_id", 0);
        json.addProperty("position_embedding_type", "absolute");
        json.addProperty("torch_dtype", "float32");
        json.addProperty("type_vocab_size", shape("embeddings.token_type_embeddings.weight")[0]);
        json.addProperty("vocab_size", words[0]);
        return json;
    }

    private long[] shape(String name) {
        Parameter parameter = parameters.get(name);
        if (parameter == null || !parameter.tensor().isMatrix()) {
            throw new IllegalArgumentException("it has no matrix '" + name + "'");
        }
        return parameter.shape().getShape();
    }

    private String activation() {
        boolean gelu = graph.nodes().stream().anyMatch(node -> node.operator().equals("Erf"));
        boolean relu = graph.nodes().stream().anyMatch(node -> node.operator().equals("Relu"));
        if (gelu == relu) {
            throw new IllegalArgumentException("its activation is neither gelu nor relu alone");
        }
        return gelu ? "gelu" : "relu";
    }

    private long heads(long hidden) {
        Set<Long> heads = new TreeSet<>();
        for (OnnxGraph.Node node : graph.nodes()) {
            if (node.operator().equals("Reshape")) {
                List<Long> shape = graph.shape(node.input(1));
                boolean cut = shape.size() == 4 && shape.get(2) != null && shape.get(3) != null;
                if (cut && shape.get(2) > 0 && shape.get(2) <= hidden) {
                    long head = shape.get(3);
                    if (head > 0 && head <= hidden && shape.get(2) * head == hidden) {
                        heads.add(shape.get(2));
                    }
                }
            }
        }
        return only("numbers of heads", heads);
    }

    private double epsilon() {
        Set<Double> found = new TreeSet<>();
        for (OnnxGraph.Node node : graph.nodes()) {
            OnnxGraph.Node sum = graph.maker(node.input(0));
            if (!node.operator().equals("Sqrt") || sum == null || !sum.operator().equals("Add")) {
                continue;
            }
            for (String name : sum.inputs()) {
                OnnxTensor constant = graph.tensors().get(name);
                if (constant != null
                        && constant.isFloat()
                        && constant.values().remaining() == Float.BYTES) {
                    float value = constant.values().getFloat(0);
                    found.add(Double.parseDouble(String.format(Locale.ROOT, "%.5e", value)));
                }
            }
        }
        return only("epsilons of its norms", found);
    }

    private static <T> T only(String what, Set<T> found) {
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    "one is needed of the %s, and it has %s".formatted(what, found));
        }
        return found.iterator().next();
    }

    /**
     * Returns the configuration as transformers' {@code BertConfig} writes it.
     *
     * @return the content of {@code config.json}
     */
    public JsonObject config() {
        return config.deepCopy();
    }

    /**
     * Returns the parameters under transformers' names and in its layout.
     *
     * @return the tensors, whose values are read when they are written
     */
    public Collection<TensorContent> weights() {
        return new ArrayList<>(parameters.values());
    }

    /** A parameter, whose values are those of a tensor or of its transpose. */
    private record Parameter(String name, OnnxTensor tensor, boolean transposed)
            implements TensorContent {

        @Override
        public TensorType type() {
            return TensorType.F32;
        }

        @Override
        public Shape shape() {
            long[] own = tensor.shape();
            return transposed ? new Shape(own[1], own[0]) : new Shape(own);
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            if (!transposed) {
                write(channel, tensor.values().duplicate());
                return;
            }
            int rows = (int) tensor.shape()[0];
            int columns = (int) tensor.shape()[1];
            FloatBuffer values =
                    tensor.values().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            int together = Math.min(ROWS_AT_ONCE, columns);
            ByteBuffer some =
                    ByteBuffer.allocate(Math.multiplyExact(together * Float.BYTES, rows))
                            .order(ByteOrder.LITTLE_ENDIAN);
            for (int from = 0; from < columns; from += together) {
                some.clear();
                for (int column = from; column < Math.min(columns, from + together); column++) {
                    for (int row = 0; row < rows; row++) {
                        some.putFloat(values.get(row * columns + column));
                    }
                }
                write(channel, some.flip());
            }
        }

        private static void write(WritableByteChannel channel, ByteBuffer bytes)
                throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }
}
