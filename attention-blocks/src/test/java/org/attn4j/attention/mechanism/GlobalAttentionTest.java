package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.score.ConcatScore;
import org.attn4j.attention.score.DotScore;
import org.attn4j.attention.score.GeneralScore;
import org.attn4j.attention.score.LocationScore;
import org.attn4j.attention.score.Score;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class GlobalAttentionTest {

    private static Attention with(Score score) {
        return new GlobalAttention(score);
    }

    @Nested
    class Dot extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return with(new DotScore());
        }
    }

    @Nested
    class General extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return with(new GeneralScore(8));
        }
    }

    @Nested
    class Concat extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return with(new ConcatScore(6));
        }
    }

    @Nested
    class Location extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return with(new LocationScore(9));
        }
    }

    @Nested
    class Attentional extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return new GlobalAttention(new GeneralScore(8), 8, Softmax.INSTANCE, 0);
        }

        /** tanh(W_c [0; h]) still reads the query. */
        @Override
        protected boolean blindContextIsZero() {
            return false;
        }
    }

    @Test
    void aDotProductOfDifferentSizesIsRefused() {
        try (NDManager manager = TestEngine.manager()) {
            AttentionInputs inputs =
                    AttentionInputs.cross(
                            Numbers.random(manager, 1, new Shape(1, 2, 4)),
                            Numbers.random(manager, 2, new Shape(1, 3, 5)));
            IllegalArgumentException refused =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    with(new DotScore())
                                            .attend(
                                                    new ParameterStore(manager, false),
                                                    inputs,
                                                    false));
            assertTrue(refused.getMessage().contains("general"), refused.getMessage());
        }
    }

    @Test
    void aSourceLongerThanTheLocationsIsRefused() {
        try (NDManager manager = TestEngine.manager()) {
            Attention attention = with(new LocationScore(2));
            Shape shape = new Shape(1, 1, 4);
            attention.initialize(manager, DataType.FLOAT32, shape);
            AttentionInputs inputs =
                    AttentionInputs.self(Numbers.random(manager, 1, new Shape(1, 3, 4)));
            IllegalArgumentException refused =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    attention.attend(
                                            new ParameterStore(manager, false), inputs, false));
            assertTrue(refused.getMessage().contains("2 keys"), refused.getMessage());
        }
    }

    @Test
    void aMaskWithHeadsOfItsOwnIsRefused() {
        try (NDManager manager = TestEngine.manager()) {
            AttentionInputs inputs =
                    AttentionInputs.self(Numbers.random(manager, 1, new Shape(1, 3, 4)))
                            .withMask(AttentionMask.dense(manager.ones(new Shape(1, 2, 3, 3))));
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            with(new DotScore())
                                    .attend(new ParameterStore(manager, false), inputs, false));
        }
    }

    @Test
    void theScaleOfADotScoreMultiplies() {
        try (NDManager manager = TestEngine.manager()) {
            ParameterStore store = new ParameterStore(manager, false);
            var query = Numbers.random(manager, 1, new Shape(1, 2, 4));
            var key = Numbers.random(manager, 2, new Shape(1, 3, 4));
            var plain = new DotScore().scores(store, query, key, false);
            var scaled = new DotScore(0.5).scores(store, query, key, false);
            Numbers.assertClose(
                    "scores", plain.mul(0.5).toFloatArray(), scaled.toFloatArray(), 1e-6, 0);
            assertEquals(new Shape(1, 2, 3), scaled.getShape());
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(NullPointerException.class, () -> new GlobalAttention(null));
        assertThrows(
                IllegalArgumentException.class,
                () -> new GlobalAttention(new DotScore(), -1, Softmax.INSTANCE, 0));
        assertThrows(IllegalArgumentException.class, () -> new GeneralScore(0));
        assertThrows(IllegalArgumentException.class, () -> new LocationScore(0));
        assertThrows(IllegalArgumentException.class, () -> new ConcatScore(0));
        GlobalAttention plain = new GlobalAttention(new DotScore());
        assertThrows(IllegalStateException.class, () -> plain.attentional(null, null, null, false));
    }
}
