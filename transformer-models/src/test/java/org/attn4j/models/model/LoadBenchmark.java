package org.attn4j.models.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorType;

/**
 * How long a checkpoint takes from its file to its first answer, and what the Java heap has of it.
 * Not a test; run its main method with the test class path. It writes a BERT of 500 MB in float32
 * with random weights, reads the file's pages once, and then loads it a few times; the first time
 * includes what a process does once, such as loading classes.
 *
 * <p>Arguments: the engine (default PyTorch), and a folder for the checkpoint, which is kept if it
 * is named (default: one of its own, removed afterwards).
 */
public final class LoadBenchmark {

    private static final int ROUNDS = 5;

    private static final String CONFIG =
            """
            {"model_type": "bert", "architectures": ["BertForMaskedLM"], "vocab_size": 30522,
             "hidden_size": 768, "num_hidden_layers": 14, "num_attention_heads": 12,
             "intermediate_size": 3072, "hidden_act": "gelu", "max_position_embeddings": 2048}
            """;

    private LoadBenchmark() {}

    /**
     * Runs the benchmark.
     *
     * @param args the engine and a folder, both optional
     * @throws IOException if the checkpoint cannot be written or read
     */
    public static void main(String[] args) throws IOException {
        String engine = args.length > 0 ? args[0] : "PyTorch";
        Path folder = args.length > 1 ? Path.of(args[1]) : Files.createTempDirectory("load");
        Files.createDirectories(folder);
        Path weights = folder.resolve("model.safetensors");
        if (!Files.exists(weights)) {
            write(folder);
        }
        try {
            measure(engine, folder, weights);
        } finally {
            if (args.length < 2) {
                Files.delete(weights);
                Files.delete(folder.resolve("config.json"));
                Files.delete(folder);
            }
        }
    }

    private static void measure(String engine, Path folder, Path weights) throws IOException {
        readPages(weights);
        double pages = readPages(weights);
        System.out.printf(
                Locale.ROOT,
                "%s, %,.0f MB in float32; reading its pages takes %.3f s%n",
                engine,
                Files.size(weights) / 1e6,
                pages);
        long start = System.nanoTime();
        try (NDManager manager = NDManager.newBaseManager(engine)) {
            manager.ones(new Shape(1)).toFloatArray();
            double engineReady = seconds(start);
            start = System.nanoTime();
            Kernels.of(manager);
            System.out.printf(
                    Locale.ROOT,
                    "the engine starts in %.3f s, its kernels in %.3f s, once per process%n",
                    engineReady,
                    seconds(start));
        }
        System.out.println(
                "  loaded  of it CPU  1st answer  2nd answer  heap kept  heap passed through");
        for (int round = 0; round < ROUNDS; round++) {
            round(engine, folder);
        }
    }

    private static void round(String engine, Path folder) throws IOException {
        long heap = heap();
        long passed = passedThroughHeap();
        long processor = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long start = System.nanoTime();
        try (LoadedModel model = Pretrained.loader().optEngine(engine).load(folder)) {
            double loaded = seconds(start);
            processor = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - processor;
            passed = passedThroughHeap() - passed;
            long kept = heap() - heap;
            double first = answer(model);
            double second = answer(model);
            System.out.printf(
                    Locale.ROOT,
                    "%6.3f s %8.3f s %9.3f s %9.3f s %8.1f MB %12.1f MB%n",
                    loaded,
                    processor / 1e9,
                    first,
                    second,
                    kept / 1e6,
                    passed / 1e6);
        }
    }

    private static double answer(LoadedModel model) {
        long start = System.nanoTime();
        try (NDManager call = model.manager().newSubManager()) {
            NDArray ids = call.create(new long[][] {{101, 7592, 2088, 102}});
            model.run(ModelInputs.of(ids)).require("logits").toFloatArray();
        }
        return seconds(start);
    }

    private static double readPages(Path file) throws IOException {
        long start = System.nanoTime();
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 22);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer.clear()) >= 0) {
                // the pages are in the system's cache afterwards
            }
        }
        return seconds(start);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The bytes that this thread, which loads, has taken from the heap so far. */
    private static long passedThroughHeap() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    /** The names and shapes are the model's; no engine is needed to make up the values. */
    private static void write(Path folder) throws IOException {
        JsonObject config = JsonParser.parseString(CONFIG).getAsJsonObject();
        Files.writeString(folder.resolve("config.json"), config.toString());
        PretrainedModel model = ModelFamilies.create(config, null);
        List<TensorContent> contents = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            model.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
            BlockParameters.of(model)
                    .byPath()
                    .forEach(
                            (path, parameter) ->
                                    contents.add(
                                            new RandomContent(
                                                    model.weights().tensorOf(path).orElseThrow(),
                                                    parameter.getShape())));
            SafetensorsWriter.builder().build().writeModel(folder, contents);
        }
    }

    private record RandomContent(String name, Shape shape) implements TensorContent {

        @Override
        public TensorType type() {
            return TensorType.F32;
        }

        @Override
        public void writeTo(WritableByteChannel channel) throws IOException {
            Random random = new Random(name.hashCode());
            ByteBuffer values = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
            for (long left = shape.size(); left > 0; left -= values.capacity() / Float.BYTES) {
                values.clear().limit((int) Math.min(values.capacity(), left * Float.BYTES));
                while (values.hasRemaining()) {
                    values.putFloat((random.nextFloat() - 0.5f) * 0.04f);
                }
                values.flip();
                while (values.hasRemaining()) {
                    channel.write(values);
                }
            }
        }
    }
}
