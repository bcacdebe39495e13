package org.attn4j.cli.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;

/**
 * The section {@code model.attention} of a configuration: {@code encoderSelf}, {@code decoderSelf}
 * and {@code cross}, each a mechanism, and {@code self}, which stands for the first two.
 */
public final class AttentionKeys {

    private static final String SECTION = "model.attention.";
    private static final String SELF = "self";
    private static final List<String> BOTH = List.of("encoderSelf", "decoderSelf");

    private AttentionKeys() {}

    /**
     * Sets a value as {@link YamlFile#set} does. What is set last counts, so that {@code self}
     * overrules what was said of the encoder or decoder before; and an option can be set of a
     * mechanism that is only a name yet.
     */
    public static void set(Map<String, Object> tree, String assignment) {
        String key = assignment.substring(0, Math.max(0, assignment.indexOf('='))).strip();
        if (key.startsWith(SECTION) && section(tree) != null) {
            Map<String, Object> section = section(tree);
            String[] path = key.substring(SECTION.length()).split("\\.", 2);
            if (path[0].equals(SELF) && path.length == 1) {
                BOTH.forEach(section::remove);
            } else if (BOTH.contains(path[0])) {
                spread(section);
            }
            if (path.length == 2 && section.get(path[0]) instanceof String mechanism) {
                section.put(path[0], new LinkedHashMap<>(Map.of("mechanism", mechanism)));
            }
        }
        YamlFile.set(tree, assignment);
    }

    /** Puts what {@code self} says where the configuration has a key for it. */
    static void resolve(Map<String, Object> tree, String file) {
        Map<String, Object> section = section(tree);
        if (section == null || !section.containsKey(SELF)) {
            return;
        }
        Require.that(
                !section.keySet().containsAll(BOTH),
                "%s: %sself stands for encoderSelf and decoderSelf, and both are given",
                file,
                SECTION);
        spread(section);
    }

    private static void spread(Map<String, Object> section) {
        Object self = section.remove(SELF);
        if (self != null) {
            BOTH.forEach(key -> section.putIfAbsent(key, copy(self)));
        }
    }

    private static Object copy(Object value) {
        return value instanceof Map<?, ?> map ? new LinkedHashMap<>(map) : value;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> section(Map<String, Object> tree) {
        return tree.get("model") instanceof Map<?, ?> model
                        && model.get("attention") instanceof Map<?, ?> attention
                ? (Map<String, Object>) attention
                : null;
    }
}
