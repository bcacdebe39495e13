package org.attn4j.cli.option;

import picocli.CommandLine.Option;

/** The options that every verb has. */
public final class CommonOptions {

    @Option(
            names = "--verbose",
            description = "Shows the engines' log and, on failure, the stack trace.")
    private boolean verbose;

    @Option(names = "--help", usageHelp = true, description = "Shows this help.")
    private boolean help;

    public boolean isVerbose() {
        return verbose;
    }
}
