package org.attn4j.attention.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mechanism.GlobalAttention;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class ScoredMechanismsTest {

    private static final List<String> SCORED =
            List.of(
                    "additive",
                    "soft",
                    "hard",
                    "global-dot",
                    "global-general",
                    "global-concat",
                    "global-location",
                    "coverage");

    private static final AttentionSite SITE =
            new AttentionSite(AttentionSlot.CROSS, 0, 8, 2, 0.1f, 12, null);

    private static AttentionSpec spec(String name, Map<String, Object> options) {
        return new AttentionSpec(name, options);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "additive",
                "soft",
                "hard",
                "global-dot",
                "global-general",
                "global-concat",
                "global-location",
                "coverage"
            })
    void aNameAloneGivesAMechanismOfTheModelsSize(String name) {
        try (NDManager manager = TestEngine.manager()) {
            Attention attention = Mechanisms.create(AttentionSpec.named(name), SITE);
            Shape shape = new Shape(1, 1, 8);
            attention.initialize(manager, DataType.FLOAT32, shape, shape, shape);
            AttentionInputs inputs =
                    AttentionInputs.cross(
                            Numbers.random(manager, 1, new Shape(2, 3, 8)),
                            Numbers.random(manager, 2, new Shape(2, 5, 8)));
            NDArray context =
                    attention.attend(new ParameterStore(manager, false), inputs, false).context();
            assertEquals(new Shape(2, 3, 8), context.getShape());
        }
    }

    @Test
    void optionsReachTheBlock() {
        assertEquals(
                new Shape(5, 8), shapes("additive", Map.of("hiddenSize", 5)).get("query_proj"));
        assertTrue(parameters("additive", Map.of("bias", true)) > parameters("additive", Map.of()));
        assertTrue(parameters("soft", Map.of("gate", false)) < parameters("soft", Map.of()));
        assertEquals(
                new Shape(20, 8),
                shapes("global-location", Map.of("maxLength", 20)).get("location_proj"));
        assertEquals(new Shape(12, 8), shapes("global-location", Map.of()).get("location_proj"));
        assertEquals(0, parameters("global-dot", Map.of("attentional", false)));
        assertInstanceOf(
                GlobalAttention.class, Mechanisms.create(spec("global-concat", Map.of()), SITE));
        assertThrows(
                IllegalArgumentException.class,
                () -> Mechanisms.create(spec("hard", Map.of("temperature", 0)), SITE));
    }

    @Test
    void coverageIsRefusedInAnEncoder() {
        AttentionSite encoder =
                new AttentionSite(AttentionSlot.ENCODER_SELF, 0, 8, 2, 0.1f, 12, null);
        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Mechanisms.create(AttentionSpec.named("coverage"), encoder));
        assertTrue(refused.getMessage().contains("use additive there"), refused.getMessage());
        assertEquals(
                Set.of(AttentionSlot.DECODER_SELF, AttentionSlot.CROSS),
                Mechanisms.named("coverage").info().slots());
    }

    @Test
    void rotaryPositionsAreRefused() {
        AttentionSite rotated =
                new AttentionSite(
                        AttentionSlot.DECODER_SELF,
                        0,
                        8,
                        2,
                        0,
                        12,
                        RotaryEmbedding.builder().setSize(4).build());
        for (String name : SCORED) {
            IllegalArgumentException refused =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> Mechanisms.create(AttentionSpec.named(name), rotated),
                            name);
            assertTrue(refused.getMessage().contains("rotary"), refused.getMessage());
        }
    }

    @Test
    void everyMechanismIsDescribed() {
        for (String name : SCORED) {
            MechanismInfo info = Mechanisms.named(name).info();
            for (String text :
                    List.of(info.purpose(), info.equation(), info.paper(), info.cost())) {
                assertTrue(text.length() > 8, info.name());
            }
        }
    }

    private static long parameters(String name, Map<String, Object> options) {
        return shapes(name, options).values().stream().mapToLong(Shape::size).sum();
    }

    /** Shapes of the initialised parameters, those of a child under its name. */
    private static Map<String, Shape> shapes(String name, Map<String, Object> options) {
        try (NDManager manager = TestEngine.manager()) {
            Attention attention = Mechanisms.create(spec(name, options), SITE);
            Shape shape = new Shape(1, 1, 8);
            attention.initialize(manager, DataType.FLOAT32, shape, shape, shape);
            Map<String, Shape> shapes = new TreeMap<>();
            for (Pair<String, Parameter> pair : attention.getParameters()) {
                String path = pair.getKey();
                String child = path.replaceFirst("_(weight|bias)$", "").replaceFirst("^.*\\d", "");
                String last = path.endsWith("bias") ? child + "_bias" : child;
                shapes.put(last, pair.getValue().getArray().getShape());
            }
            return shapes;
        }
    }
}
