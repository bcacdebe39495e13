package org.attn4j.cli;

/** What the command's exit status says. */
final class ExitCode {

    /** The verb did what it was asked. */
    static final int DONE = 0;

    /** The verb was understood and failed. */
    static final int FAILED = 1;

    /** The command line or a configuration was wrong; nothing was started. */
    static final int USAGE = 2;

    /** Stopped by a signal, after saving what there was to save. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
