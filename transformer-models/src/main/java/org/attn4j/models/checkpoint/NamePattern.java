package org.attn4j.models.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.common.Require;

/**
 * A name with wildcards: {@code *} stands for one part without a dot (a layer's number), {@code **}
 * for any text. Nothing else has a special meaning.
 */
public final class NamePattern {

    private static final Pattern WILDCARD = Pattern.compile("\\*\\*?");

    private final String text;
    private final Pattern pattern;
    private final List<String> wildcards = new ArrayList<>();

    /**
     * Reads a pattern.
     *
     * @param text the name with its wildcards
     */
    public NamePattern(String text) {
        this.text = text;
        StringBuilder regex = new StringBuilder();
        Matcher matcher = WILDCARD.matcher(text);
        int at = 0;
        while (matcher.find()) {
            regex.append(Pattern.quote(text.substring(at, matcher.start())));
            regex.append(matcher.group().length() == 1 ? "([^.]+)" : "(.*)");
            wildcards.add(matcher.group());
            at = matcher.end();
        }
        pattern =
                Pattern.compile(
                        regex.append(Pattern.quote(text.substring(at))).toString(), Pattern.DOTALL);
    }

    /**
     * Returns whether a name is one that this stands for.
     *
     * @param name the whole name
     * @return whether it is
     */
    public boolean matches(String name) {
        return match(name).isPresent();
    }

    /** Returns what the wildcards stand for in a name, if it matches. */
    Optional<List<String>> match(String name) {
        if (wildcards.isEmpty()) {
            return name.equals(text) ? Optional.of(List.of()) : Optional.empty();
        }
        Matcher matcher = pattern.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= matcher.groupCount(); i++) {
            values.add(matcher.group(i));
        }
        return Optional.of(values);
    }

    /** Puts values in the place of the wildcards. */
    String fill(List<String> values) {
        StringBuilder name = new StringBuilder();
        Matcher matcher = WILDCARD.matcher(text);
        int at = 0;
        for (String value : values) {
            matcher.find();
            name.append(text, at, matcher.start()).append(value);
            at = matcher.end();
        }
        return name.append(text.substring(at)).toString();
    }

    /** Two patterns translate into each other only if their wildcards correspond, one by one. */
    void requireSameWildcards(NamePattern other) {
        Require.that(
                wildcards.equals(other.wildcards),
                "both names must have the same wildcards in the same order, got %s and %s",
                text,
                other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
