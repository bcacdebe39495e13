package org.attn4j.cli.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** YAML documents as trees of maps: reading, {@code --set}, writing. */
public final class YamlFile {

    private static final long LARGEST = 1 << 20;

    private YamlFile() {}

    public static Map<String, Object> read(Path path) throws IOException {
        Require.that(
                Files.isRegularFile(path),
                "%s: no such configuration file; 'attn4j configs' lists the built-in ones",
                path);
        Require.that(Files.size(path) <= LARGEST, "%s: a configuration has at most 1 MB", path);
        return parse(Files.readString(path), path.toString());
    }

    public static Map<String, Object> parse(String text, String name) {
        Object document;
        try {
            document = new Load(LoadSettings.builder().setLabel(name).build()).loadFromString(text);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(
                    "%s: not valid YAML: %s".formatted(name, firstLine(e)), e);
        }
        if (document == null) {
            return new LinkedHashMap<>();
        }
        return section(document, name);
    }

    /**
     * Sets one value in a tree.
     *
     * @param assignment {@code key.of.the.tree=value}, the value in YAML
     */
    public static void set(Map<String, Object> tree, String assignment) {
        int equals = assignment.indexOf('=');
        Require.that(equals >= 1, "--set takes key=value, got '%s'", assignment);
        List<String> keys = List.of(assignment.substring(0, equals).strip().split("\\."));
        Map<String, Object> section = tree;
        for (String key : keys.subList(0, keys.size() - 1)) {
            Object child = section.computeIfAbsent(key, unused -> new LinkedHashMap<>());
            section = section(child, "--set " + assignment + ": " + key);
        }
        section.put(keys.get(keys.size() - 1), value(assignment.substring(equals + 1)));
    }

    public static String write(Map<String, Object> tree) {
        DumpSettings settings = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        return new Dump(settings).dumpToString(tree);
    }

    /** A value in YAML; what is not YAML is text. */
    public static Object value(String text) {
        try {
            Object value = new Load(LoadSettings.builder().build()).loadFromString(text);
            boolean meantAsText = value instanceof Map && !text.strip().startsWith("{");
            return value == null ? "" : meantAsText ? text.strip() : value;
        } catch (YamlEngineException e) {
            // What is not YAML, such as a path with brackets, is meant as text.
            return text;
        }
    }

    private static Map<String, Object> section(Object node, String name) {
        if (!(node instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(name + ": must be a section of keys, got " + node);
        }
        @SuppressWarnings("unchecked")
        Map<String, Object> section = (Map<String, Object>) map;
        for (Object key : map.keySet()) {
            Require.that(key instanceof String, "%s: keys must be text, got %s", name, key);
        }
        return section;
    }

    private static String firstLine(Exception e) {
        return e.getMessage().strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
