package org.attn4j.models.adapter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.attn4j.common.Require;

/**
 * Names of a model's modules, as PEFT tells them: a list, of which each stands for a module of that
 * name and for those whose name ends with it after a dot; or a regular expression that the whole
 * name matches.
 *
 * @param names the list; empty if there is a pattern
 * @param pattern the regular expression; null if there is a list
 */
public record ModuleNames(List<String> names, String pattern) {

    /** What stands for every linear map but the output's. */
    public static final String ALL_LINEAR = "all-linear";

    public ModuleNames {
        names = List.copyOf(names);
        Require.that(
                pattern == null || names.isEmpty(),
                "modules are named by a list or by a pattern, got names=%s, pattern=%s",
                names,
                pattern);
        if (pattern != null) {
            matches(pattern, "");
        }
    }

    /**
     * Names modules by a list.
     *
     * @param names the names, or ends of names
     * @return the names
     */
    public static ModuleNames of(String... names) {
        return new ModuleNames(List.of(names), null);
    }

    /**
     * Names modules by a regular expression, or all linear maps by {@link #ALL_LINEAR}.
     *
     * @param pattern the expression, which whole names match
     * @return the names
     */
    public static ModuleNames matching(String pattern) {
        return new ModuleNames(List.of(), pattern);
    }

    /**
     * Reads names from a configuration.
     *
     * @param json a text or a list of texts
     * @return the names
     * @throws IllegalArgumentException if it is something else
     */
    public static ModuleNames read(JsonElement json) {
        if (json instanceof JsonArray array) {
            List<String> names = new ArrayList<>();
            array.forEach(name -> names.add(text(name)));
            return new ModuleNames(names, null);
        }
        return matching(text(json));
    }

    private static String text(JsonElement json) {
        Require.that(
                json instanceof JsonPrimitive primitive && primitive.isString(),
                "modules must be named by texts, got %s",
                json);
        return json.getAsString();
    }

    /**
     * Writes the names.
     *
     * @return what {@link #read} reads
     */
    public JsonElement write() {
        if (pattern != null) {
            return new JsonPrimitive(pattern);
        }
        JsonArray array = new JsonArray();
        names.forEach(array::add);
        return array;
    }

    boolean allLinear() {
        return pattern != null && pattern.equalsIgnoreCase(ALL_LINEAR);
    }

    boolean matches(String module) {
        return pattern == null
                ? names.stream()
                        .anyMatch(name -> module.equals(name) || module.endsWith("." + name))
                : matches(pattern, module);
    }

    /**
     * Whether a text matches an expression of a file in full; Python's names of groups are read.
     */
    static boolean matches(String expression, String text) {
        try {
            return Pattern.compile(expression.replace("(?P<", "(?<"))
                    .matcher(new Bounded(text, new int[] {MOST_STEPS}))
                    .matches();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "%s is no regular expression: %s".formatted(expression, e.getDescription()), e);
        }
    }

    private static final int MOST_STEPS = 1_000_000;

    /** A text that ends a search that goes on for too long: expressions come from files. */
    private record Bounded(String text, int[] left) implements CharSequence {

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (left[0]-- == 0) {
                throw new IllegalArgumentException(
                        "a regular expression takes too long on the module name " + text);
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Bounded(text.substring(start, end), left);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    @Override
    public String toString() {
        return pattern == null ? names.toString() : pattern;
    }
}
