package org.attn4j.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigBinderTest {

    enum Order {
        PRE,
        POST_NORM
    }

    record Inner(int heads, float dropout, Order order) {
        Inner {
            if (heads < 1) {
                throw new IllegalArgumentException("heads must be at least 1, got " + heads);
            }
        }
    }

    record Outer(String name, long seed, boolean tied, List<String> metrics, Inner inner, int id) {}

    private static final Outer DEFAULTS =
            new Outer("base", 1, false, List.of("bleu"), new Inner(8, 0.1f, Order.PRE), 7);
    private static final Set<String> DERIVED = Set.of("id");

    private static Outer bind(String yaml) {
        return new ConfigBinder("c.yaml").bind(DEFAULTS, YamlFile.parse(yaml, "c.yaml"), DERIVED);
    }

    @Test
    void keepsDefaultsOfKeysThatAreLeftOut() {
        Outer bound = bind("seed: 5\ninner: {dropout: 0.3, order: post-norm}");
        assertEquals(5, bound.seed());
        assertEquals(new Inner(8, 0.3f, Order.POST_NORM), bound.inner());
        assertEquals("base", bound.name());
    }

    @Test
    void writesWhatItReads() {
        Outer changed =
                new Outer("x: y", 9, true, List.of("bleu", "chrf"), new Inner(2, 0f, Order.PRE), 7);
        String yaml = YamlFile.write(ConfigBinder.unbind(changed, DERIVED));
        assertEquals(changed, bind(yaml));
    }

    @Test
    void setReplacesValuesAndMakesSections() {
        Map<String, Object> tree = YamlFile.parse("seed: 5", "c.yaml");
        YamlFile.set(tree, "inner.heads=4");
        YamlFile.set(tree, "metrics=[chrf, ter]");
        YamlFile.set(tree, "name=C: D");
        Outer bound = new ConfigBinder("c.yaml").bind(DEFAULTS, tree, DERIVED);
        assertEquals(4, bound.inner().heads());
        assertEquals(List.of("chrf", "ter"), bound.metrics());
        assertEquals("C: D", bound.name());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "inner: {haeds: 3}|unknown key 'inner.haeds', did you mean 'inner.heads'?",
                "zzz: 1|unknown key 'zzz', known keys: name, seed, tied, metrics, inner",
                "id: 3|unknown key 'id'",
                "seed: many|seed must be a whole number, got many",
                "seed: 1.5|seed must be a whole number, got 1.5",
                "inner: {heads: 3000000000}|inner.heads must be a whole number of at most",
                "inner: 3|inner must be a section of keys, got 3",
                "inner: {heads: 0}|c.yaml: inner: heads must be at least 1, got 0",
                "inner: {order: middle}|inner.order must be one of pre, post-norm, got middle",
                "tied: 1|tied must be true or false, got 1",
                "a: [|c.yaml: not valid YAML",
                "- 1|must be a section of keys",
                "1: 2|keys must be text, got 1"
            })
    void namesWhatIsWrongAndWhere(String yaml, String expected) {
        ConfigException e = assertThrows(ConfigException.class, () -> bind(yaml));
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertTrue(e.getMessage().startsWith("c.yaml"), e.getMessage());
    }
}
