package org.attn4j.benchmarks;

import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ChildJvm;
import org.attn4j.cli.io.Commands;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Logging;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.models.checkpoint.AtomicFile;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Runs one contender in a JVM of its own: memory that was taken once is not given back, so that a
 * process tells the peak of one contender alone, and what is loaded once is loaded for good.
 */
public final class ContenderProcess implements Callable<Integer> {

    private static final int RUNS = 3;

    @Mixin private EngineOptions engine;

    @Option(names = "--model")
    private Path model;

    @Option(names = "--onnx")
    private Path onnx;

    @Option(names = "--python")
    private String python;

    @Parameters(index = "0")
    private String measurement;

    @Parameters(index = "1")
    private String contender;

    @Parameters(index = "2")
    private Path result;

    private ContenderProcess() {}

    /**
     * What a process found.
     *
     * @param opened the time of loading up to the first values
     * @param peakBytes the most memory that was resident; null where the system does not tell
     */
    record Result(Stopwatch.Lap opened, Long peakBytes, List<float[]> values) {}

    /**
     * The entry point of the JVM.
     *
     * @param args what {@link #run} gives it
     */
    public static void main(String[] args) {
        Logging.configure(false);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = Commands.parser(new ContenderProcess()).setErr(err).execute(args);
        err.flush();
        // Engines leave threads behind that would hold the JVM.
        Runtime.getRuntime().halt(code);
    }

    @Override
    public Integer call() throws Exception {
        EngineOptions.Chosen chosen = engine.open();
        try (NDManager manager = chosen.newManager()) {
            Settings settings =
                    new Settings(
                            manager,
                            chosen.threads(),
                            model,
                            onnx,
                            new TorchPeer(python, chosen.threads()));
            Measurement found = Catalogue.named(measurement, settings);
            Stopwatch watch = Stopwatch.ofThisProcess();
            try (Work work = found.contender(contender).opener().open()) {
                List<float[]> values = work.values();
                Stopwatch.Lap opened = watch.lap();
                for (int i = 0; i < RUNS && !found.opening(); i++) {
                    work.run();
                }
                AtomicFile.writeString(
                        result, new Gson().toJson(new Result(opened, work.peakBytes(), values)));
            }
        }
        return ExitCode.DONE;
    }

    /** Starts the process and waits for what it finds. */
    static Result run(
            Measurement measurement, Contender contender, EngineOptions engine, Settings settings)
            throws IOException {
        Path result = Files.createTempFile("attn4j-bench", ".json");
        try {
            List<String> arguments = new ArrayList<>(engine.arguments(null));
            if (settings.model() != null) {
                arguments.addAll(List.of("--model", settings.model().toString()));
                arguments.addAll(List.of("--onnx", settings.onnx().toString()));
            }
            if (settings.torch().python() != null) {
                arguments.addAll(List.of("--python", settings.torch().python()));
            }
            arguments.addAll(List.of(measurement.name(), contender.name(), result.toString()));
            Process process =
                    ChildJvm.of(List.of(), ContenderProcess.class, arguments)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            process.getOutputStream().close();
            int code = process.onExit().join().exitValue();
            String found = Files.readString(result);
            // Libraries may fall in their own endings, when all is told.
            if (found.isEmpty()) {
                throw new IOException(
                        "%s: the process of %s ended with exit code %s"
                                .formatted(measurement.name(), contender.name(), code));
            }
            return new Gson().fromJson(found, Result.class);
        } finally {
            Files.delete(result);
        }
    }
}
