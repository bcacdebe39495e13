package org.attn4j.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.cli.io.ChildJvm;
import org.attn4j.cli.option.EngineOptions;

/** Runs command lines in this JVM, on the engine under test. */
public final class Cli {

    /** The engine of this test run: each has a JVM of its own. */
    public static final String ENGINE = System.getProperty("attn4j.engine", EngineOptions.PYTORCH);

    /** A model and a task small enough to train in a second. */
    public static final List<String> TINY =
            List.of(
                    "--set", "data.synthetic.symbols=8",
                    "--set", "data.synthetic.minLength=2",
                    "--set", "data.synthetic.maxLength=4",
                    "--set", "data.synthetic.trainSize=300",
                    "--set", "data.synthetic.heldOutSize=20",
                    "--set", "model.modelSize=16",
                    "--set", "model.encoderHeads=2",
                    "--set", "model.decoderHeads=2",
                    "--set", "model.encoderLayers=1",
                    "--set", "model.decoderLayers=1",
                    "--set", "model.encoderFeedForwardSize=32",
                    "--set", "model.decoderFeedForwardSize=32",
                    "--set", "model.dropout=0.1",
                    "--set", "batching.tokensPerBatch=120",
                    "--set", "training.steps=12",
                    "--set", "training.warmupSteps=4",
                    "--set", "training.validationInterval=6",
                    "--set", "training.keepBest=2",
                    "--set", "decoding.beams=2");

    private Cli() {}

    /** How a command line ended. */
    public record Outcome(int code, String out, String err) {}

    /** Runs a command; the kernels that it asks for are not those of the next one. */
    public static Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String kernels = System.getProperty(Kernels.PROPERTY);
        try {
            int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
            return new Outcome(code, out.toString(), err.toString());
        } finally {
            if (kernels == null) {
                System.clearProperty(Kernels.PROPERTY);
            } else {
                System.setProperty(Kernels.PROPERTY, kernels);
            }
        }
    }

    /** Runs a command in a JVM of its own: what it makes of its engine ends with it. */
    public static Outcome runAlone(String... args) throws IOException {
        Path err = Files.createTempFile("err", ".txt");
        try {
            List<String> unforced = List.of("-D" + Kernels.PROPERTY + "=auto");
            Process process =
                    ChildJvm.of(unforced, Main.class, List.of(args))
                            .redirectError(err.toFile())
                            .start();
            process.getOutputStream().close();
            String out =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.onExit().join().exitValue(), out, Files.readString(err));
        } finally {
            Files.delete(err);
        }
    }

    /** Runs with the bytes as standard input. */
    public static Outcome runWithInput(byte[] input, String... args) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input));
        try {
            return run(args);
        } finally {
            System.setIn(before);
        }
    }

    public static Outcome runWithInput(String input, String... args) {
        return runWithInput(input.getBytes(StandardCharsets.UTF_8), args);
    }

    /** Trains the tiny model on the copy task into a folder. */
    public static Outcome trainTiny(Path out, String... more) {
        return run(tiny(out, more));
    }

    /** The arguments of {@link #trainTiny}. */
    public static String[] tiny(Path out, String... more) {
        List<String> args = new ArrayList<>(List.of("train", "copy"));
        args.addAll(TINY);
        args.addAll(List.of("--engine", ENGINE, "--threads", "1", "--out", out.toString()));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    /** Starts the command in a JVM of its own. */
    public static Process start(String classPath, List<String> jvmOptions, String... args)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", classPath));
        command.add(Main.class.getName());
        command.addAll(List.of(args));
        return new ProcessBuilder(command).start();
    }
}
