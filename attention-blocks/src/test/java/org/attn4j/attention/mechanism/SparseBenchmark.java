package org.attn4j.attention.mechanism;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.pattern.BlockPattern;
import org.attn4j.attention.pattern.Factor;
import org.attn4j.attention.pattern.FixedPattern;
import org.attn4j.attention.pattern.SparsePattern;
import org.attn4j.attention.pattern.StridedPattern;
import org.attn4j.attention.pattern.WindowPattern;
import org.attn4j.attention.score.GeneralScore;

/**
 * How time and memory grow with the length: local, sparse and linear attention beside full
 * attention with the fused kernel, whole blocks with their projections, one sequence of 256
 * features, one thread. Each figure comes from a JVM of its own: the least processor time of
 * several passes after a warm-up, and the peak of resident memory above what was there before the
 * first of them. Not a test; docs/sparse.md gives the command.
 */
public final class SparseBenchmark {

    private static final int MODEL_SIZE = 256;
    private static final int HEADS = 4;
    private static final int[] LENGTHS = {1024, 2048, 4096, 8192, 16384};
    private static final int WARM_UP = 512;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private static final Map<String, Subject> SUBJECTS = new LinkedHashMap<>();

    /** A mechanism for a length, and whether it is asked under a causal mask. */
    private record Subject(IntFunction<Attention> mechanism, boolean causal) {}

    static {
        IntFunction<Attention> full =
                length ->
                        MultiHeadAttention.builder()
                                .setModelSize(MODEL_SIZE)
                                .setHeads(HEADS)
                                .build();
        put("multi-head, fused", false, full);
        put("longformer, window 64", false, sparse(length -> new WindowPattern(64)));
        put(
                "longformer, window 64, 2 globals",
                false,
                sparse(length -> new WindowPattern(64, new int[] {1}, new int[] {0, 1})));
        put(
                "sparse, blocks of 64, 3 + 1 + 1",
                false,
                sparse(length -> new BlockPattern(64, 1, 1, 1, 1)));
        put(
                "local, window 10",
                false,
                length -> LocalAttention.monotonic(new GeneralScore(MODEL_SIZE), 10, 0));
        put(
                "local-predictive, window 10",
                false,
                length ->
                        LocalAttention.predictive(
                                new GeneralScore(MODEL_SIZE), 10, MODEL_SIZE, 0, 0));
        put("linear", false, length -> new LinearAttention(MODEL_SIZE, HEADS));
        put("multi-head, fused, causal", true, full);
        put("longformer, window 64, causal", true, sparse(length -> new WindowPattern(64)));
        put(
                "sparse-strided, stride sqrt(T)",
                true,
                sparse(length -> new StridedPattern(root(length), Factor.MERGED)));
        put(
                "sparse-fixed, stride sqrt(T)",
                true,
                sparse(length -> new FixedPattern(root(length), 1, Factor.MERGED)));
        put("linear, causal", true, length -> new LinearAttention(MODEL_SIZE, HEADS));
    }

    private SparseBenchmark() {}

    private static void put(String name, boolean causal, IntFunction<Attention> mechanism) {
        SUBJECTS.put(name, new Subject(mechanism, causal));
    }

    private static IntFunction<Attention> sparse(IntFunction<SparsePattern> pattern) {
        return length ->
                SparseAttention.builder()
                        .setModelSize(MODEL_SIZE)
                        .setHeads(HEADS)
                        .setPattern(pattern.apply(length))
                        .build();
    }

    private static int root(int length) {
        return (int) Math.round(Math.sqrt(length));
    }

    /**
     * Prints a table for each pass.
     *
     * @param arguments lengths and parts of names to choose from; none for all. With {@code
     *     --measure NAME LENGTH PASS} one figure, as the JVMs do that this starts
     * @throws Exception if a JVM cannot be started
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals("--measure")) {
            measure(
                    SUBJECTS.get(arguments[1]),
                    Integer.parseInt(arguments[2]),
                    arguments[3].equals("training"));
            return;
        }
        int[] lengths =
                Arrays.stream(arguments)
                        .filter(argument -> argument.matches("\\d+"))
                        .mapToInt(Integer::parseInt)
                        .toArray();
        List<String> names =
                SUBJECTS.keySet().stream().filter(name -> chosen(name, arguments)).toList();
        for (String pass : List.of("forward", "training")) {
            table(pass, names, lengths.length == 0 ? LENGTHS : lengths);
        }
    }

    private static boolean chosen(String name, String... arguments) {
        List<String> parts =
                Arrays.stream(arguments).filter(argument -> !argument.matches("\\d+")).toList();
        return parts.isEmpty() || parts.stream().anyMatch(name::contains);
    }

    private static void table(String pass, List<String> names, int[] lengths)
            throws IOException, InterruptedException {
        StringBuilder head = new StringBuilder("| " + pass + " |");
        for (int length : lengths) {
            head.append(' ').append(length).append(" |");
        }
        System.out.println(head);
        System.out.println("|---|" + "---:|".repeat(lengths.length));
        for (String name : names) {
            StringBuilder line = new StringBuilder("| " + name + " |");
            for (int length : lengths) {
                line.append(' ').append(start(name, length, pass)).append(" |");
            }
            System.out.println(line);
        }
        System.out.println();
    }

    private static String start(String name, int length, String pass)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-Xmx1g",
                        "-DOPT_OUT_TRACKING=true",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SparseBenchmark.class.getName(),
                        "--measure",
                        name,
                        String.valueOf(length),
                        pass));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("OMP_NUM_THREADS", "1");
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String last = null;
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                last = line;
            }
            return process.waitFor() == 0 ? last : "failed";
        }
    }

    private static void measure(Subject subject, int length, boolean training) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            pass(manager, subject, WARM_UP, training);
            pass(manager, subject, WARM_UP, training);
            long before = resident("VmRSS");
            boolean reset = resetPeak();
            double best = pass(manager, subject, length, training);
            double peak = (resident("VmHWM") - before) / 1024.0;
            double spent = best;
            for (int i = 0; i < 6 && spent < 20_000; i++) {
                double millis = pass(manager, subject, length, training);
                best = Math.min(best, millis);
                spent += millis;
            }
            System.out.printf(Locale.ROOT, "%.0f ms, %s%.0f MB%n", best, reset ? "" : "≤ ", peak);
        }
    }

    private static double pass(NDManager manager, Subject subject, int length, boolean training) {
        try (NDManager step = manager.newSubManager()) {
            Attention block = subject.mechanism.apply(length);
            block.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
            Shape shape = new Shape(1, length, MODEL_SIZE);
            block.initialize(step, DataType.FLOAT32, shape, shape, shape);
            if (!training) {
                block.freezeParameters(true);
            }
            NDArray x = step.randomNormal(shape);
            AttentionInputs inputs =
                    AttentionInputs.self(x)
                            .withMask(
                                    subject.causal ? AttentionMask.causal() : AttentionMask.none());
            ParameterStore parameters = new ParameterStore(step, false);
            if (!training) {
                long start = CLOCK.getCurrentThreadCpuTime();
                block.attend(parameters, inputs, false).context();
                return (CLOCK.getCurrentThreadCpuTime() - start) / 1e6;
            }
            x.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                long start = CLOCK.getCurrentThreadCpuTime();
                collector.backward(block.attend(parameters, inputs, true).context().sum());
                return (CLOCK.getCurrentThreadCpuTime() - start) / 1e6;
            }
        }
    }

    /** Kilobytes, from what Linux tells of a process. */
    private static long resident(String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(field + ":")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no " + field + " in /proc/self/status");
    }

    /** Lets the peak start anew; where the system does not allow it, it includes the warm-up. */
    private static boolean resetPeak() {
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
