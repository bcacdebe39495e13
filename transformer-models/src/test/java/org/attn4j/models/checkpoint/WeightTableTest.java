package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WeightTableTest {

    private static final WeightTable TABLE =
            WeightTable.builder()
                    .add("h.*.ln.weight", "layers.*.norm.gamma")
                    .add("h.*.experts.*.w(1)", "layers.*.experts.*.up.weight")
                    .addFused(
                            "h.*.qkv",
                            TensorLayouts.rows(),
                            "layers.*.q",
                            "layers.*.k",
                            "layers.*.v")
                    .add("rest.**", "other.**")
                    .build();

    @Test
    void translatesInBothDirections() {
        assertEquals(Optional.of("h.11.ln.weight"), TABLE.tensorOf("layers.11.norm.gamma"));
        assertEquals(List.of("layers.11.norm.gamma"), TABLE.parametersOf("h.11.ln.weight"));
        assertEquals(
                Optional.of("h.1.experts.23.w(1)"),
                TABLE.tensorOf("layers.1.experts.23.up.weight"));
        assertEquals(
                List.of("layers.1.experts.23.up.weight"),
                TABLE.parametersOf("h.1.experts.23.w(1)"));
        assertEquals(Optional.of("h.3.qkv"), TABLE.tensorOf("layers.3.k"));
        assertEquals(
                List.of("layers.3.q", "layers.3.k", "layers.3.v"), TABLE.parametersOf("h.3.qkv"));
        assertEquals(Optional.of("rest.a.b$1"), TABLE.tensorOf("other.a.b$1"));
    }

    @Test
    void keepsOneStarWithinOnePart() {
        assertEquals(Optional.empty(), TABLE.tensorOf("layers.1.2.norm.gamma"));
        assertEquals(List.of(), TABLE.parametersOf("h..ln.weight"));
        assertEquals(List.of(), TABLE.parametersOf("hx1.ln.weight"));
    }

    @Test
    void refusesRulesThatCannotBeReversed() {
        IllegalArgumentException refusal =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> WeightTable.builder().add("a.*", "a"));
        assertTrue(refusal.getMessage().contains("a.*"), refusal.getMessage());
        assertThrows(
                IllegalArgumentException.class, () -> WeightTable.builder().alias("a.**", "b.*"));
        assertThrows(
                IllegalArgumentException.class,
                () -> WeightTable.builder().addFused("a", TensorLayouts.rows()));
    }
}
