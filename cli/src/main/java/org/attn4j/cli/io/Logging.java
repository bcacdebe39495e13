package org.attn4j.cli.io;

/** Sets the logger's levels before anything logs: DJL is silent unless {@code --verbose}. */
public final class Logging {

    private static final String PREFIX = "org.slf4j.simpleLogger.";

    private Logging() {}

    public static boolean isVerbose(String... args) {
        return Arguments.options(args).contains("--verbose");
    }

    public static void configure(boolean verbose) {
        System.setProperty(PREFIX + "defaultLogLevel", verbose ? "info" : "off");
        System.setProperty(PREFIX + "log.org.attn4j", verbose ? "debug" : "warn");
        System.setProperty(PREFIX + "showThreadName", "false");
        System.setProperty(PREFIX + "showLogName", String.valueOf(verbose));
        System.setProperty(PREFIX + "levelInBrackets", "false");
        // The libraries a verb loads must not report its use to anyone.
        System.setProperty("OPT_OUT_TRACKING", "true");
    }
}
