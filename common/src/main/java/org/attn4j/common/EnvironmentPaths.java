package org.attn4j.common;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Paths out of variables of the environment, where no shell has read them: {@code ~} at their
 * beginning is the home folder, {@code $NAME} and {@code ${NAME}} are other variables, as Python's
 * {@code expanduser} and {@code expandvars} have it.
 */
public final class EnvironmentPaths {

    private static final Pattern VARIABLE =
            Pattern.compile("\\$(?:([A-Za-z0-9_]+)|\\{([^{}]*)\\})");

    private final Map<String, String> environment;
    private final Path home;

    /**
     * Creates the paths of an environment.
     *
     * @param environment the variables
     * @param home the home folder of the user, where {@code HOME} does not name another
     */
    public EnvironmentPaths(Map<String, String> environment, Path home) {
        this.environment = environment;
        String own = environment.getOrDefault("HOME", "");
        boolean posix = File.separatorChar == '/';
        this.home = posix && !own.isBlank() ? Path.of(own) : home;
    }

    /**
     * Returns the home folder.
     *
     * @return the folder
     * @throws IllegalArgumentException if there is none, as for a user without a name
     */
    public Path home() {
        Require.that(home.isAbsolute(), "there is no home folder, got '%s': set HOME", home);
        return home;
    }

    /**
     * Returns the path that a variable holds.
     *
     * @param name the variable
     * @return the path, or null if the variable is empty or missing
     * @throws IllegalArgumentException if it holds none
     */
    public Path path(String name) {
        String value = environment.getOrDefault(name, "");
        if (value.isBlank()) {
            return null;
        }
        try {
            return Path.of(expanded(name, value));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    name + " must hold a path, got '" + value + "': mend it", e);
        }
    }

    private String expanded(String name, String value) {
        String text = value;
        int end = value.replace('\\', '/').indexOf('/');
        String first = end < 0 ? value : value.substring(0, end);
        if (first.equals("~") || first.equals("~" + System.getProperty("user.name"))) {
            text = home() + value.substring(first.length());
        } else if (first.startsWith("~")) {
            throw new IllegalArgumentException(
                    name
                            + " must not begin with the home folder of somebody else, got '"
                            + value
                            + "': write the folder out");
        }
        return VARIABLE.matcher(text).replaceAll(this::value);
    }

    private String value(MatchResult found) {
        String name = found.group(1) == null ? found.group(2) : found.group(1);
        return Matcher.quoteReplacement(environment.getOrDefault(name, found.group()));
    }
}
