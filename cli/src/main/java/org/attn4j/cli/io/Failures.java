package org.attn4j.cli.io;

import ai.djl.engine.EngineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one sentence and an exit code. */
public final class Failures {

    private Failures() {}

    public static int onWrongUsage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        boolean perhapsText =
                e instanceof UnmatchedArgumentException unmatched
                        && unmatched.isUnknownOption()
                        && !command.getCommandSpec().positionalParameters().isEmpty();
        String mend = perhapsText ? "; a text that begins with '-' goes behind '--'" : "";
        err.println("attn4j: " + e.getMessage() + mend);
        if (!UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println(
                    "Try '"
                            + command.getCommandSpec().qualifiedName()
                            + " --help' for the options.");
        }
        if (Logging.isVerbose(args)) {
            e.printStackTrace(err);
        }
        return ExitCode.USAGE;
    }

    public static int onException(Exception e, CommandLine command, ParseResult parsed) {
        Throwable cause = unwrap(e);
        PrintWriter err = command.getErr();
        err.println("attn4j: " + sentence(cause));
        if (Logging.isVerbose(parsed.originalArgs().toArray(String[]::new))) {
            e.printStackTrace(err);
        }
        return exitCode(cause);
    }

    /** Tells of what no handler was given. */
    public static int onThrown(Throwable e, PrintWriter err) {
        Throwable cause = unwrap(e);
        err.println("attn4j: " + sentence(cause));
        return exitCode(cause);
    }

    private static int exitCode(Throwable cause) {
        if (cause instanceof IllegalArgumentException) {
            return ExitCode.USAGE;
        }
        if (cause instanceof CancellationException || cause instanceof InterruptedException) {
            return ExitCode.INTERRUPTED;
        }
        return ExitCode.FAILED;
    }

    /** What happened, where, and the mend, in one sentence. */
    public static String sentence(Throwable cause) {
        String message = cause.getMessage();
        if (cause instanceof NoSuchFileException) {
            boolean bareName = message != null && !message.contains(": ");
            return bareName ? message + ": no such file or folder" : oneLine(message);
        }
        if (cause instanceof AccessDeniedException) {
            return message + ": permission denied";
        }
        if (cause instanceof NotDirectoryException) {
            return message + ": not a folder";
        }
        if (cause instanceof FileAlreadyExistsException) {
            return message + ": exists already";
        }
        if (cause instanceof CharacterCodingException) {
            return "the text is not UTF-8 (" + message + "): convert it to UTF-8";
        }
        if (cause instanceof EngineException || cause instanceof LinkageError) {
            return oneLine(message) + ": run 'attn4j doctor' to see which engines work here";
        }
        if (cause instanceof OutOfMemoryError) {
            return "out of memory (" + message + "): use a smaller batch or model";
        }
        if (cause instanceof IllegalArgumentException
                || cause instanceof IllegalStateException
                || cause instanceof IOException
                || cause instanceof CancellationException) {
            return oneLine(message == null ? cause.toString() : message);
        }
        return oneLine(cause.toString()) + " (run again with --verbose for the stack trace)";
    }

    private static Throwable unwrap(Throwable e) {
        boolean wrapper =
                e instanceof UncheckedIOException
                        || e instanceof ExecutionException
                        || e instanceof CompletionException;
        return wrapper && e.getCause() != null ? unwrap(e.getCause()) : e;
    }

    private static String oneLine(String message) {
        return message == null ? "no message" : message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
