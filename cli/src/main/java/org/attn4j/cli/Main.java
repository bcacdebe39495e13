package org.attn4j.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.cli.io.Arguments;
import org.attn4j.cli.io.Commands;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Failures;
import org.attn4j.cli.io.Logging;
import org.attn4j.cli.io.StandardError;
import org.attn4j.cli.io.StandardOutput;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The entry point: sets up logging, runs the verb and leaves with its exit code. */
public final class Main {

    private Main() {}

    /**
     * Runs the command line and ends the JVM with its exit code.
     *
     * @param args the arguments after {@code attn4j}
     */
    public static void main(String[] args) {
        // From JDK 22 to 24 there is a console without a terminal too, unless it is this one.
        System.setProperty("jdk.console", "java.base");
        PrintWriter err = StandardError.open();
        int code = run(StandardOutput.open(), err, args);
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
                Commands.parser(new Attn4jCommand())
                        .setOut(out)
                        .setErr(err)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setParameterExceptionHandler(Failures::onWrongUsage)
                        .setExecutionStrategy(parsed -> runLast(parsed, err));
        if (System.console() == null) {
            commandLine.setColorScheme(
                    CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        }
        String before = System.getProperty(Kernels.PROPERTY);
        try {
            Arguments.check(args);
            return flushed(out, commandLine.execute(args));
        } catch (IllegalArgumentException
                | UncheckedIOException
                | OutOfMemoryError
                | LinkageError e) {
            // picocli hands exceptions of verbs to the handler, and lets errors pass.
            return Failures.onThrown(e, err);
        } finally {
            restoreKernels(before);
        }
    }

    /** What --kernels sets holds for one command line. */
    private static void restoreKernels(String before) {
        if (before == null) {
            System.clearProperty(Kernels.PROPERTY);
        } else {
            System.setProperty(Kernels.PROPERTY, before);
        }
    }

    private static int runLast(ParseResult parsed, PrintWriter err) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (UncheckedIOException e) {
            return Failures.onThrown(e, err); // of printing the help, for which is no handler
        }
    }

    private static int flushed(PrintWriter out, int code) {
        try {
            out.flush();
        } catch (UncheckedIOException e) {
            if (code == ExitCode.DONE) {
                throw e; // otherwise something has been told already
            }
        }
        return code;
    }
}
