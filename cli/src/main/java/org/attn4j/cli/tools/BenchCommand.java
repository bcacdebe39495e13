package org.attn4j.cli.tools;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench}: how fast this library is beside others, and beside what the machine can do. */
@Command(
        name = "bench",
        description = {
            "Measures speed and memory beside DJL's own blocks, ONNX Runtime and bare matrix products.",
            "All contenders of a measurement take turns in one run, so that a busy machine slows each"
                    + " of them; read the ratios. What they compute is compared first."
        })
public final class BenchCommand implements Callable<Integer> {

    @Mixin private CommonOptions common;
    @Mixin private EngineOptions engine;

    @Parameters(
            arity = "0..1",
            paramLabel = "WHAT",
            description =
                    "encode, translate, decode, attention, train, load or all of these (default:"
                            + " ${DEFAULT-VALUE}); growth, how cost grows with sizes; small, one of"
                            + " each kind in a minute or two.",
            defaultValue = "all")
    private Benchmarks.Subject subject;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description =
                    "The folder or name of all-MiniLM-L6-v2 (default: ${DEFAULT-VALUE}, which is"
                            + " fetched unless it is there).",
            defaultValue = "maven:all-MiniLM-L6-v2")
    private String model;

    @Option(
            names = "--python",
            paramLabel = "COMMAND",
            description =
                    "A Python whose torch is measured too, if it has it (default:"
                            + " ${DEFAULT-VALUE}).",
            defaultValue = "python3")
    private String python;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often each contender is timed (default: ${DEFAULT-VALUE}).",
            defaultValue = "7")
    private int rounds;

    @Option(
            names = "--no-memory",
            description =
                    "Leaves out peak memory, for which each contender runs once more, in a JVM of"
                            + " its own.")
    private boolean noMemory;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Option(
            names = "--compare",
            paramLabel = "FILE",
            description =
                    "What --json printed before: shows how the ratios changed. The exit code is 1 if"
                            + " one is twice as bad.")
    private Path compared;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Benchmarks.Request request =
                new Benchmarks.Request(
                        subject, engine, model, python, rounds, !noMemory, json, compared);
        Benchmarks benchmarks =
                ServiceLoader.load(Benchmarks.class)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "the benchmarks are not on the class path: run"
                                                        + " './attn4j bench' in a clone, which builds"
                                                        + " them, or add attn4j-benchmarks"));
        return benchmarks.run(request, spec.commandLine().getOut(), spec.commandLine().getErr());
    }
}
