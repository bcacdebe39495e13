package org.attn4j.cli.io;

import picocli.CommandLine;

/** How command lines are parsed. */
public final class Commands {

    private Commands() {}

    /** Parses a command's arguments as they are: {@code @} names no file, and quotes are text. */
    @SuppressWarnings("deprecation") // no other way lets a comma within quotes separate
    public static CommandLine parser(Object command) {
        return new CommandLine(command)
                .setExpandAtFiles(false)
                .setSplitQuotedStrings(true)
                .setExecutionExceptionHandler(Failures::onException);
    }
}
