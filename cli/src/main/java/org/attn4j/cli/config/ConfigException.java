package org.attn4j.cli.config;

/** A configuration that cannot be used: which key of which file, what is wrong, and the mend. */
final class ConfigException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    ConfigException(String message) {
        super(message);
    }

    ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
