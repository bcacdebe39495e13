package org.attn4j.cli;

import picocli.CommandLine.Option;

/** The options that every verb has. */
final class CommonOptions {

    @Option(
            names = "--verbose",
            description = "Shows the engines' log and, on failure, the stack trace.")
    private boolean verbose;

    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    private boolean help;

    boolean isVerbose() {
        return verbose;
    }
}
