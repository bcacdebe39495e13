package org.attn4j.attention.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class AttentionMaskTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Rows of x for visible and . for hidden. */
    private static String drawn(NDArray visible) {
        int width = (int) visible.getShape().get(3);
        StringBuilder text = new StringBuilder();
        float[] values = visible.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            text.append(values[i] == 1 ? 'x' : '.');
            text.append(i % width == width - 1 && i < values.length - 1 ? "\n" : "");
        }
        return text.toString();
    }

    private String drawn(AttentionMask mask, long queries, long keys) {
        return drawn(mask.arrays(manager, queries, keys).visible());
    }

    @Test
    void aCausalQuerySeesItsOwnPlaceAndThoseBefore() {
        assertEquals("x..\nxx.\nxxx", drawn(AttentionMask.causal(), 3, 3));
    }

    @Test
    void withACacheTheQueriesAreTheLastPlaces() {
        assertEquals("xxxx.\nxxxxx", drawn(AttentionMask.causal(), 2, 5));
        assertEquals("..xx.\n...xx", drawn(AttentionMask.window(1, 0), 2, 5));
    }

    @Test
    void withFewerKeysThanQueriesTheFirstAreBlind() {
        MaskArrays numbers = AttentionMask.causal().arrays(manager, 4, 2);
        assertEquals("..\n..\nx.\nxx", drawn(numbers.visible()));
        assertArrayEquals(new float[] {0, 0, 1, 1}, numbers.seeing().toFloatArray());
    }

    @Test
    void aWindowReachesBothWays() {
        assertEquals("xx..\nxxx.\n.xxx\n..xx", drawn(AttentionMask.window(1, 1), 4, 4));
        assertEquals("xxx.\nxxxx\n.xxx\n..xx", drawn(AttentionMask.window(1, 2), 4, 4));
        assertEquals("xxxx\n.xxx\n..xx\n...x", drawn(AttentionMask.window(0, 9), 4, 4));
    }

    @Test
    void conjunctionsHideWhatEitherHides() {
        NDArray keys =
                manager.create(
                        new boolean[] {true, true, false, false, true, true}, new Shape(2, 3));
        AttentionMask both = AttentionMask.causal().and(AttentionMask.keys(keys));
        assertEquals("x..\nxx.\nxx.\n...\n.x.\n.xx", drawn(both, 3, 3));
        AttentionMask window = both.and(AttentionMask.window(0, 9));
        assertEquals("x..\n.x.\n...\n...\n.x.\n..x", drawn(window, 3, 3));
        NDArray pattern = manager.create(new float[] {0, 1, 1, 1, 1, 1, 1, 1, 1}, new Shape(3, 3));
        assertEquals(
                "...\nxx.\nxx.\n...\n.x.\n.xx",
                drawn(both.and(AttentionMask.dense(pattern)), 3, 3));
        NDArray otherKeys =
                manager.create(
                        new boolean[] {false, true, true, true, true, false}, new Shape(2, 3));
        assertEquals(
                ".x.\n.x.\n.x.\n.x.\n.x.\n.x.",
                widened(AttentionMask.keys(keys).and(AttentionMask.keys(otherKeys))));
    }

    private String widened(AttentionMask mask) {
        return drawn(mask.arrays(manager, 3, 3).visible().broadcast(new Shape(2, 1, 3, 3)));
    }

    @Test
    void noneIsNeutral() {
        AttentionMask causal = AttentionMask.causal();
        assertSame(causal, causal.and(AttentionMask.none()));
        assertSame(causal, AttentionMask.none().and(causal));
        assertTrue(AttentionMask.none().isNone());
        assertTrue(AttentionMask.none().arrays(manager, 3, 3).isNone());
        assertTrue(AttentionMask.window(9, 9).realise(manager, 3, 3).isNone());
    }

    @Test
    void onlyTheCausalMaskIsCausalOnly() {
        assertTrue(AttentionMask.causal().isCausalOnly());
        assertTrue(new AttentionMask.Band(AttentionMask.Band.UNLIMITED, 0).isCausalOnly());
        assertFalse(AttentionMask.window(2, 0).isCausalOnly());
        assertFalse(AttentionMask.none().isCausalOnly());
        assertFalse(
                AttentionMask.causal()
                        .and(AttentionMask.keys(manager.ones(new Shape(1, 3))))
                        .isCausalOnly());
    }

    @Test
    void realisingDropsWhatHidesNothing() {
        assertTrue(
                AttentionMask.causal().realise(manager, 1, 9).isNone(), "the last place sees all");
        assertTrue(AttentionMask.window(8, 0).realise(manager, 1, 9).isNone());
        assertFalse(AttentionMask.window(7, 0).realise(manager, 1, 9).isNone());
        assertTrue(
                AttentionMask.causal().realise(manager, 3, 3).isCausalOnly(),
                "a flag stays a flag");
        assertTrue(AttentionMask.window(2, 0).realise(manager, 3, 3).isCausalOnly());
    }

    @Test
    void numbersAreMadeOnce() {
        AttentionMask mask =
                AttentionMask.keys(manager.ones(new Shape(2, 4))).and(AttentionMask.causal());
        AttentionMask realised = mask.realise(manager, 4, 4);
        assertSame(realised, realised.realise(manager, 4, 4));
        assertSame(realised.arrays(manager, 4, 4), realised.arrays(manager, 4, 4));
        assertEquals(
                3,
                realised.realise(manager, 3, 4).arrays(manager, 3, 4).visible().getShape().get(2));
    }

    @Test
    void numbersLiveWhereTheyAreAskedForAndLeaveNothingElse() {
        try (NDManager step = manager.newSubManager()) {
            NDArray keys = manager.ones(new Shape(2, 4));
            AttentionMask mask = AttentionMask.keys(keys).and(AttentionMask.causal());
            int before = manager.getManagedArrays().size();
            MaskArrays numbers = mask.arrays(step, 4, 4);
            assertEquals(before + 3, manager.getManagedArrays().size());
            assertEquals(3, step.getManagedArrays().size());
            assertSame(step, numbers.additive().getManager());
        }
    }

    @Test
    void infiniteBiasesHideAndFiniteOnesDoNot() {
        float[] bias = {0.5f, Float.NEGATIVE_INFINITY, -Float.MAX_VALUE, -3};
        MaskArrays numbers =
                AttentionMask.bias(manager.create(bias, new Shape(1, 4))).arrays(manager, 1, 4);
        assertArrayEquals(new float[] {1, 0, 1, 1}, numbers.visible().toFloatArray());
        float[] additive = numbers.additive().toFloatArray();
        assertEquals(0.5f, additive[0]);
        assertTrue(additive[1] <= MaskArrays.FLOOR);
        assertEquals(MaskArrays.FLOOR, additive[2]);
        assertEquals(-3, additive[3]);
    }

    @Test
    void biasesAddUp() {
        AttentionMask one = AttentionMask.bias(manager.create(new float[] {1, 2}, new Shape(1, 2)));
        AttentionMask other =
                AttentionMask.bias(
                        manager.create(new float[] {10, 20, 30, 40}, new Shape(1, 2, 1, 2)));
        assertArrayEquals(
                new float[] {11, 22, 31, 42},
                one.and(other).arrays(manager, 1, 2).additive().toFloatArray());
    }

    @Test
    void keysThatAllSeeAreAppended() {
        AttentionMask mask = AttentionMask.causal().withVisibleKeys(manager, 3, 3, 2);
        assertEquals("x..xx\nxx.xx\nxxxxx", drawn(mask, 3, 5));
        assertTrue(AttentionMask.none().withVisibleKeys(manager, 3, 3, 2).isNone());
    }

    @Test
    void wrongShapesAreRefusedInWords() {
        var keys =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                AttentionMask.keys(manager.ones(new Shape(2, 4)))
                                        .arrays(manager, 3, 5));
        assertTrue(
                keys.getMessage().contains("(2, 4)") && keys.getMessage().contains("5 keys"),
                keys.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> AttentionMask.dense(manager.ones(new Shape(3, 4))).realise(manager, 3, 5));
        assertThrows(
                IllegalArgumentException.class,
                () -> AttentionMask.keys(manager.ones(new Shape(2, 3, 4))));
        assertThrows(
                IllegalArgumentException.class,
                () -> AttentionMask.bias(manager.ones(new Shape(4))));
        assertThrows(IllegalArgumentException.class, () -> AttentionMask.window(-2, 0));
    }
}
