package org.attn4j.cli.io;

/** What the command's exit status says. */
public final class ExitCode {

    /** The verb did what it was asked. */
    public static final int DONE = 0;

    /** The verb was understood and failed. */
    public static final int FAILED = 1;

    /** The command line or a configuration was wrong; nothing was started. */
    public static final int USAGE = 2;

    /** Stopped by a signal, after saving what there was to save. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
