package org.attn4j.attention.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@Tag("engine")
class MechanismsTest {

    private static final int SIZE = 8;
    private static final int LENGTH = 7;

    private static AttentionSite site(AttentionSlot slot) {
        return new AttentionSite(slot, 0, SIZE, 2, 0.1f, 64, null);
    }

    private static String refused(Object spec, AttentionSlot slot) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> Mechanisms.create(AttentionSpec.of(spec), site(slot)))
                .getMessage();
    }

    @Test
    void everyMechanismSaysWhatItIs() {
        for (AttentionProvider provider : Mechanisms.all()) {
            MechanismInfo info = provider.info();
            for (String text :
                    List.of(
                            info.title(),
                            info.purpose(),
                            info.equation(),
                            info.paper(),
                            info.cost(),
                            info.file(),
                            info.engines())) {
                assertFalse(text.isBlank(), info.name());
                assertFalse(text.contains("\n"), info.name());
            }
            assertEquals(provider, Mechanisms.named(info.name()), info.name());
        }
    }

    @TestFactory
    List<DynamicTest> everyMechanismWorksWhereItMayStand() {
        List<DynamicTest> tests = new ArrayList<>();
        for (AttentionSlot slot : AttentionSlot.values()) {
            for (AttentionProvider provider : Mechanisms.fitting(slot)) {
                String name = provider.info().name();
                tests.add(dynamicTest(name + ", " + slot.label(), () -> check(name, slot)));
            }
        }
        return tests;
    }

    /**
     * Padding changes nothing, a causal mask hides what comes, and steps give what the whole does.
     */
    private static void check(String name, AttentionSlot slot) {
        try (NDManager manager = TestEngine.manager()) {
            Attention block = Mechanisms.create(AttentionSpec.named(name), site(slot));
            Subject subject = Subject.of(block, manager, SIZE, DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 1, new Shape(2, LENGTH, SIZE));
            boolean cross = slot == AttentionSlot.CROSS;
            NDArray memory = cross ? Numbers.random(manager, 2, new Shape(2, 5, SIZE)) : x;
            AttentionMask mask =
                    slot == AttentionSlot.DECODER_SELF
                            ? AttentionMask.causal()
                            : padding(manager, memory.getShape().get(1));
            AttentionInputs inputs = AttentionInputs.cross(x, memory).withMask(mask);
            if (!cross) {
                inputs = AttentionInputs.self(x).withMask(mask);
            }
            NDArray whole = subject.attend(inputs).context();
            assertEquals(x.getShape(), whole.getShape());
            switch (slot) {
                case ENCODER_SELF -> checkPadding(subject, x, whole, mask);
                case DECODER_SELF -> checkSteps(subject, x, null, whole, mask, manager);
                case CROSS -> checkSteps(subject, x, memory, whole, mask, manager);
            }
        }
    }

    /** The second row has two places of padding at its end. */
    private static AttentionMask padding(NDManager manager, long keys) {
        float[] visible = new float[(int) (2 * keys)];
        for (int i = 0; i < visible.length - 2; i++) {
            visible[i] = 1;
        }
        return AttentionMask.keys(manager.create(visible, new Shape(2, keys)));
    }

    private static void checkPadding(
            Subject subject, NDArray x, NDArray whole, AttentionMask mask) {
        NDArray other = x.duplicate();
        other.set(new NDIndex("1, 5:"), 9);
        NDArray changed = subject.attend(AttentionInputs.self(other).withMask(mask)).context();
        NDIndex real = new NDIndex("1, :5");
        Numbers.assertClose(
                "beside other padding",
                whole.get(real).toFloatArray(),
                changed.get(real).toFloatArray(),
                1e-5,
                1e-5);
    }

    private static void checkSteps(
            Subject subject,
            NDArray x,
            NDArray memory,
            NDArray whole,
            AttentionMask mask,
            NDManager manager) {
        try (KeyValueCache cache =
                memory == null ? new GrowingCache(manager) : new MemoryCache(manager)) {
            for (int t = 0; t < LENGTH; t++) {
                NDArray step = x.get(new NDIndex(":, {}:{}", t, t + 1));
                AttentionInputs inputs =
                        memory == null
                                ? AttentionInputs.self(step)
                                : AttentionInputs.cross(step, memory);
                NDArray context = subject.attend(inputs.withMask(mask).withCache(cache)).context();
                Numbers.assertClose(
                        "step " + t,
                        whole.get(new NDIndex(":, {}:{}", t, t + 1)).toFloatArray(),
                        context.toFloatArray(),
                        1e-5,
                        1e-4);
            }
        }
    }

    @Test
    void anUnknownMechanismIsRefusedWithTheLikelyOne() {
        assertEquals(
                "no attention mechanism is called 'multi-heat', did you mean 'multi-head'?",
                refused("multi-heat", AttentionSlot.CROSS));
        assertTrue(refused("qqqqqqqqqqqqq", AttentionSlot.CROSS).contains("dot-product"));
    }

    @Test
    void anUnknownOptionIsRefusedWithTheLikelyOne() {
        Map<String, Object> spec = Map.of("mechanism", "grouped-query", "keyValueHead", 1);
        assertEquals(
                "grouped-query has no option 'keyValueHead', did you mean 'keyValueHeads'?",
                refused(spec, AttentionSlot.CROSS));
    }

    @Test
    void anOptionOfAnotherTypeIsRefused() {
        Map<String, Object> spec = Map.of("mechanism", "dot-product", "heads", "two");
        assertEquals(
                "option heads of dot-product must be a whole number, got two",
                refused(spec, AttentionSlot.CROSS));
        assertThrows(
                IllegalArgumentException.class,
                () -> Mechanisms.check(AttentionSpec.of(spec), AttentionSlot.CROSS),
                "before anything is built");
    }

    @Test
    void defaultsAreFilledIn() {
        AttentionSpec checked =
                Mechanisms.check(AttentionSpec.named("dot-product"), AttentionSlot.CROSS);
        assertEquals(Map.of("heads", 1), checked.options());
    }

    @Test
    void aPlaceThatDoesNotFitIsRefusedWithTheReasonAndWhereItFits() {
        for (AttentionProvider provider : Mechanisms.all()) {
            MechanismInfo info = provider.info();
            for (AttentionSlot slot : AttentionSlot.values()) {
                if (!info.slots().contains(slot)) {
                    String message = refused(info.name(), slot);
                    assertTrue(message.contains(info.elsewhere()), message);
                    assertTrue(message.contains(slot.label()), message);
                    info.slots().forEach(p -> assertTrue(message.contains(p.label()), message));
                }
            }
        }
    }

    @Test
    void optionsReachTheBlock() {
        Map<String, Object> spec = Map.of("mechanism", "grouped-query", "keyValueHeads", 3);
        assertTrue(refused(spec, AttentionSlot.CROSS).contains("keyValueHeads=3"));
    }

    @Test
    void sitesAreChecked() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new AttentionSite(AttentionSlot.CROSS, 0, 8, 0, 0, 64, null));
        assertThrows(
                IllegalArgumentException.class,
                () -> new AttentionSite(AttentionSlot.CROSS, 0, 8, 2, 1, 64, null));
    }
}
