package org.attn4j.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.kernel.KernelPolicy;
import picocli.CommandLine;

/** The entry point: sets up logging, runs the verb and leaves with its exit code. */
public final class Main {

    private Main() {}

    /**
     * Runs the command line and ends the JVM with its exit code.
     *
     * @param args the arguments after {@code attn4j}
     */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = run(out, err, args);
        out.flush();
        err.flush();
        if (code == ExitCode.INTERRUPTED) {
            // The JVM is ending already, and waits for the run; its own exit code would be the
            // signal's.
            Runtime.getRuntime().halt(code);
        }
        System.exit(code);
    }

    /** Runs one command line without ending the JVM: {@code main} for tests. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        Logging.configure(Logging.isVerbose(args));
        CommandLine commandLine =
                new CommandLine(new Attn4jCommand())
                        .setOut(out)
                        .setErr(err)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setParameterExceptionHandler(Failures::onWrongUsage)
                        .setExecutionExceptionHandler(Failures::onException);
        if (System.console() == null) {
            commandLine.setColorScheme(
                    CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        }
        Map<String, String> before = kernelProperties();
        try {
            return commandLine.execute(args);
        } catch (OutOfMemoryError | LinkageError e) {
            // picocli hands exceptions to the handler, and lets errors pass.
            err.println("attn4j: " + Failures.sentence(e));
            return ExitCode.FAILED;
        } finally {
            restore(before);
        }
    }

    /** What --kernels sets holds for one command line. */
    private static Map<String, String> kernelProperties() {
        Map<String, String> values = new HashMap<>();
        for (String name : List.of(KernelPolicy.PROPERTY, KernelPolicy.CHOICE_PROPERTY)) {
            values.put(name, System.getProperty(name));
        }
        return values;
    }

    private static void restore(Map<String, String> properties) {
        properties.forEach(
                (name, value) -> {
                    if (value == null) {
                        System.clearProperty(name);
                    } else {
                        System.setProperty(name, value);
                    }
                });
    }
}
