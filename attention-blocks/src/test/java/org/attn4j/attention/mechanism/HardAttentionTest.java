package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.score.AdditiveScore;
import org.attn4j.attention.score.DotScore;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Expected;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class HardAttentionTest {

    @Nested
    class Additive extends Contract {
        @Override
        protected Attention mechanism() {
            return new HardAttention(new AdditiveScore(6, true));
        }
    }

    @Nested
    class ColdDot extends Contract {
        @Override
        protected Attention mechanism() {
            return new HardAttention(new DotScore(0.3), 0.5);
        }
    }

    abstract static class Contract extends AttentionContractTest {

        private NDArray input(DataType type) {
            return Numbers.random(manager, 1, new Shape(B, T, modelSize())).toType(type, false);
        }

        private NDArray noise() {
            return Numbers.random(manager, 5, new Shape(B, 1, T, T));
        }

        private AttentionInputs causal(NDArray x) {
            return AttentionInputs.self(x).withMask(AttentionMask.causal());
        }

        /** In training the noise is given, since each engine draws its own. */
        @Override
        protected void theEnginesAgree() {
            Subject subject = subject();
            HardAttention hard = (HardAttention) subject.block();
            AttentionInputs inputs = causal(input(DataType.FLOAT32));
            inputs.query().setRequiresGradient(true);
            Expected expected = Expected.of(getClass());
            expected.check("context", subject.attend(inputs).context(), 1e-4);
            expected.check("weights", subject.observe(inputs).weights(), 1e-4);
            NDArray noise = noise();
            TestEngine.backward(
                    () ->
                            hard.straightThrough(subject.store(), inputs, noise, true)
                                    .context()
                                    .square()
                                    .sum());
            expected.check("gradient", inputs.query().getGradient(), 1e-4);
        }

        /**
         * A draw has no slope. That the gradient of the straight-through weights is the slope of
         * the soft ones is seen here; the golden values show that no other gradient enters.
         */
        @Override
        protected void gradientsAreTheSlopesOfTheContext() {
            Subject subject = subject(DataType.FLOAT64);
            HardAttention hard = (HardAttention) subject.block();
            NDArray x = input(DataType.FLOAT64);
            NDArray noise = noise();
            NDArray cotangent =
                    Numbers.random(manager, 3, noise.getShape()).toType(DataType.FLOAT64, false);
            subject.checkSlopes(
                    x,
                    () ->
                            hard.straightThrough(subject.store(), causal(x), noise, true)
                                    .soft()
                                    .mul(cotangent)
                                    .sum());
            float[] soft = x.getGradient().toType(DataType.FLOAT32, false).toFloatArray();
            TestEngine.backward(
                    () ->
                            hard.straightThrough(subject.store(), causal(x), noise, true)
                                    .hard()
                                    .mul(cotangent)
                                    .sum());
            float[] through = x.getGradient().toType(DataType.FLOAT32, false).toFloatArray();
            Numbers.assertClose("straight through", soft, through, 1e-7, 1e-7);
        }

        @Test
        void gradientsOfReinforceAreTheSlopesOfItsLoss() {
            Subject subject = subject(DataType.FLOAT64);
            HardAttention hard = (HardAttention) subject.block();
            NDArray x = input(DataType.FLOAT64);
            NDArray places = manager.zeros(new Shape(2, B, T), DataType.INT64);
            NDArray reached = // a constant: its own gradient is not the slope of the loss
                    Numbers.random(manager, 4, new Shape(2, B)).toType(DataType.FLOAT64, false);
            NDArray steps = manager.ones(new Shape(B, T));
            Reinforce rule = new Reinforce(0.7, 0.3, 0.9);
            subject.checkSlopes(
                    x,
                    () -> {
                        Glimpses glimpses = hard.look(subject.store(), causal(x), places, true);
                        return rule.loss(reached, glimpses, steps, -0.4)
                                .add(glimpses.context().mean());
                    });
        }

        @Test
        void aTrainingLookIsOneVisiblePlaceAndFollowsTheSeed() {
            Subject subject = subject();
            AttentionInputs inputs = causal(input(DataType.FLOAT32));
            float[] first = seeded(subject, inputs, 3);
            assertArrayEquals(first, seeded(subject, inputs, 3));
            boolean moved = false;
            for (int seed = 4; seed < 24; seed++) {
                float[] other = seeded(subject, inputs, seed);
                for (int i = 0; i < other.length; i++) {
                    int key = i % T;
                    int query = i / T % T;
                    assertTrue(other[i] == 0 || other[i] == 1, "a weight is neither 0 nor 1");
                    assertTrue(key <= query || other[i] == 0, "a hidden place was drawn");
                    moved |= other[i] != first[i];
                }
            }
            assertTrue(moved, "all seeds draw the same");
        }

        private float[] seeded(Subject subject, AttentionInputs inputs, int seed) {
            Engine.getEngine(TestEngine.name()).setRandomSeed(seed);
            return subject.observe(inputs, true).weights().toFloatArray();
        }
    }

    @Test
    void drawsAreAsFrequentAsTheWeightsSay() {
        try (NDManager manager = TestEngine.manager()) {
            Engine.getEngine(TestEngine.name()).setRandomSeed(11);
            HardAttention hard = new HardAttention(new DotScore());
            NDArray query = manager.ones(new Shape(1, 1, 1));
            NDArray key =
                    manager.create(
                            new float[] {0, (float) Math.log(2), (float) Math.log(5), 3},
                            new Shape(1, 4, 1));
            NDArray visible = manager.create(new boolean[] {true, true, true, false});
            AttentionInputs inputs =
                    AttentionInputs.cross(query, key)
                            .withMask(AttentionMask.keys(visible.reshape(1, 4)));
            int samples = 8000;
            Glimpses glimpses =
                    hard.draw(new ParameterStore(manager, false), inputs, samples, false);
            assertEquals(new Shape(samples, 1, 1), glimpses.positions().getShape());
            int[] counts = new int[4];
            for (long place : glimpses.positions().toLongArray()) {
                counts[(int) place]++;
            }
            double[] expected = {1 / 8.0, 2 / 8.0, 5 / 8.0, 0};
            for (int i = 0; i < 4; i++) {
                double deviation = Math.sqrt(samples * expected[i] * (1 - expected[i]));
                assertEquals(samples * expected[i], counts[i], 4 * deviation, "place " + i);
            }
            double entropy = 0;
            for (double p : expected) {
                entropy -= p == 0 ? 0 : p * Math.log(p);
            }
            assertEquals(entropy, glimpses.entropy().toFloatArray()[0], 1e-5);
            float[] logs = glimpses.logProbability().toFloatArray();
            long[] places = glimpses.positions().toLongArray();
            for (int i = 0; i < 20; i++) {
                assertEquals(Math.log(expected[(int) places[i]]), logs[i], 1e-5);
            }
        }
    }

    @Test
    void aQueryThatSeesNothingDrawsNothing() {
        try (NDManager manager = TestEngine.manager()) {
            HardAttention hard = new HardAttention(new DotScore());
            AttentionInputs inputs =
                    AttentionInputs.self(Numbers.random(manager, 1, new Shape(1, 2, 3)))
                            .withMask(AttentionMask.keys(manager.zeros(new Shape(1, 2))));
            ParameterStore store = new ParameterStore(manager, false);
            Glimpses glimpses = hard.draw(store, inputs, 3, true);
            for (NDArray array :
                    new NDArray[] {
                        glimpses.weights(),
                        glimpses.context(),
                        glimpses.logProbability(),
                        glimpses.entropy()
                    }) {
                assertEquals(0, array.abs().max().getFloat());
            }
            assertEquals(new Shape(3, 1, 2, 3), glimpses.context().getShape());
        }
    }

    @Test
    void theBaselineMovesByATenth() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray reached = manager.create(new float[] {-1, -3}, new Shape(2, 1));
            assertEquals(-1.1, new Reinforce(1, 0, 0.9).baseline(-1, reached), 1e-6);
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(NullPointerException.class, () -> new HardAttention(null));
        assertThrows(IllegalArgumentException.class, () -> new HardAttention(new DotScore(), 0));
        assertThrows(IllegalArgumentException.class, () -> new Reinforce(-1, 0, 0.9));
        assertThrows(IllegalArgumentException.class, () -> new Reinforce(1, 0, 1));
        HardAttention hard = new HardAttention(new DotScore());
        assertThrows(IllegalArgumentException.class, () -> hard.draw(null, null, 0, false));
    }
}
