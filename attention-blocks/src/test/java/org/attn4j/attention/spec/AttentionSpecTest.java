package org.attn4j.attention.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttentionSpecTest {

    @Test
    void aNameAloneIsASpecification() {
        AttentionSpec spec = AttentionSpec.of("sparse");
        assertEquals(new AttentionSpec("sparse", Map.of()), spec);
        assertEquals("sparse", spec.toObject());
    }

    @Test
    void aMapHoldsTheOptionsBesideTheName() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("mechanism", "sparse");
        map.put("window", 16);
        map.put("rate", 1);
        map.put("causal", false);
        map.put("kind", "strided");
        map.put("widths", List.of(3, 5.0));
        AttentionSpec spec = AttentionSpec.of(map);
        assertEquals("sparse", spec.mechanism());
        assertEquals(16, spec.integer("window"));
        assertEquals(1.0, spec.number("rate"));
        assertFalse(spec.flag("causal"));
        assertEquals("strided", spec.text("kind"));
        assertEquals(List.of(3, 5), spec.integers("widths"));
        assertEquals(map, spec.toObject());
        assertEquals(spec, AttentionSpec.of(spec.toObject()));
        assertEquals(4, spec.integer("absent", 4));
        assertTrue(spec.flag("absent", true));
    }

    @Test
    void anythingElseIsRefused() {
        for (Object value : new Object[] {3, List.of("sparse"), Map.of("window", 16), " "}) {
            assertThrows(IllegalArgumentException.class, () -> AttentionSpec.of(value));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> AttentionSpec.of(Map.of("mechanism", "sparse", "window", Map.of())));
    }

    @Test
    void valuesOfAnotherTypeAreRefusedByName() {
        AttentionSpec spec = AttentionSpec.of(Map.of("mechanism", "sparse", "window", 1.5));
        assertEquals(
                "option window of sparse must be a whole number, got 1.5",
                assertThrows(IllegalArgumentException.class, () -> spec.integer("window"))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> spec.flag("window"));
        assertThrows(IllegalArgumentException.class, () -> spec.text("window"));
        assertThrows(IllegalArgumentException.class, () -> spec.integers("window"));
        assertThrows(IllegalArgumentException.class, () -> spec.number("absent"));
    }
}
