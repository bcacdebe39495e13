package org.attn4j.models.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.spec.AttentionSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordCodecTest {

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

    record Outer(
            String name,
            long seed,
            boolean tied,
            List<String> metrics,
            Inner inner,
            AttentionSpec attention,
            Map<Order, AttentionSpec> sites,
            int id) {}

    private static final AttentionSpec WINDOW =
            AttentionSpec.of(Map.of("mechanism", "sparse", "window", 3));

    private static final Outer DEFAULTS =
            new Outer(
                    "base",
                    1,
                    false,
                    List.of("bleu"),
                    new Inner(8, 0.1f, Order.PRE),
                    AttentionSpec.named("multi-head"),
                    Map.of(),
                    7);

    private static final Outer CHANGED =
            new Outer(
                    "x: y",
                    9,
                    true,
                    List.of("bleu", "chrf"),
                    new Inner(2, 0f, Order.POST_NORM),
                    WINDOW,
                    Map.of(Order.POST_NORM, WINDOW),
                    7);

    private static RecordCodec<Outer> yaml() {
        return RecordCodec.camelCase(DEFAULTS).derived("id");
    }

    private static Outer read(String text) {
        return yaml().read(Settings.parse(text, "c.yaml"));
    }

    @Test
    void keepsDefaultsOfKeysThatAreLeftOut() {
        Outer read = read("{seed: 5, inner: {dropout: 0.3, order: 'post-norm'}}");
        assertEquals(5, read.seed());
        assertEquals(new Inner(8, 0.3f, Order.POST_NORM), read.inner());
        assertEquals("base", read.name());
        assertEquals(7, read.id());
    }

    @Test
    void writesWhatItReads() {
        assertEquals(CHANGED, read(yaml().writeText(CHANGED)));
        Map<String, Object> tree = yaml().writeTree(CHANGED);
        assertEquals(CHANGED, yaml().read(Settings.ofTree(tree, "c.yaml")));
        assertEquals("post-norm", ((Map<?, ?>) tree.get("inner")).get("order"));
    }

    @Test
    void writesFilesWithKeysAndFormsOfTheirOwn() {
        RecordCodec<Inner> codec =
                RecordCodec.snakeCase(DEFAULTS.inner())
                        .key("heads", "num_heads")
                        .optional("dropout")
                        .key("order", "normalize_before")
                        .form(
                                "order",
                                "true or false",
                                value -> value.getAsBoolean() ? Order.PRE : Order.POST_NORM,
                                order -> new JsonPrimitive(order == Order.PRE))
                        .ignoring(key -> key.startsWith("_"));
        Inner changed = new Inner(2, 0.1f, Order.POST_NORM);
        assertEquals(
                "{\"num_heads\":2,\"normalize_before\":false}", codec.write(changed).toString());
        Settings settings =
                Settings.parse("{_made_by: 'x', num_heads: 2, normalize_before: false}", "c.json");
        assertEquals(changed, codec.read(settings));
    }

    @Test
    void readsPartOfWhatIsThere() {
        Settings settings = Settings.parse("{heads: 2, width: 3, dropout: null}", "c.json");
        assertEquals(
                new Inner(2, 0.1f, Order.PRE),
                RecordCodec.snakeCase(DEFAULTS.inner()).readPart(settings, DEFAULTS.inner()));
        assertEquals("[width]", settings.left().toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{inner: {haeds: 3}}|unknown key 'inner.haeds', did you mean 'inner.heads'?",
                "{zzz: 1}|unknown key 'zzz', known keys: name, seed, tied, metrics, inner",
                "{id: 3}|unknown key 'id'",
                "{seed: \"many\"}|seed must be a whole number, got \"many\"",
                "{seed: 1.5}|seed must be a whole number, got 1.5",
                "{seed: null}|seed must be a whole number, got null",
                "{seed: 1e999}|seed must be a whole number, got 1e999",
                "{inner: {heads: 3000000000}}|inner.heads must be a whole number of at most",
                "{inner: 3}|inner must be a section of keys, got 3",
                "{inner: {heads: 0}}|c.yaml: inner: heads must be at least 1, got 0",
                "{inner: {order: \"x\"}}|inner.order must be one of pre, post-norm, got \"x\"",
                "{tied: 1}|tied must be true or false, got 1",
                "{metrics: [[]]}|metrics must be a list of texts, got [[]]",
                "{attention: 3}|c.yaml: attention: ",
                "{sites: 3}|sites must be a section of keys, got 3",
                "{|c.yaml is not JSON",
                "[1]|c.yaml must hold one JSON object"
            })
    void namesWhatIsWrongAndWhere(String text, String expected) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> read(text)).getMessage();
        assertTrue(message.contains(expected), message);
        assertTrue(message.startsWith("c.yaml"), message);
    }

    @Test
    void refusesANameThatNoComponentHas() {
        RecordCodec<Outer> codec = yaml();
        assertThrows(IllegalArgumentException.class, () -> codec.key("inner.width", "d_model"));
    }
}
