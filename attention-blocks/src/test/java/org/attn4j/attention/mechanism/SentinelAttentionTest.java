package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.Attention;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.cache.MemoryCache;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.SentinelAttention.Inputs;
import org.attn4j.attention.mechanism.SentinelAttention.Output;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class SentinelAttentionTest {

    private static SentinelAttention plain() {
        return new SentinelAttention(SentinelAttention.Sizes.of(8), 0);
    }

    @Nested
    class Plain extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return new SentinelAttention(new SentinelAttention.Sizes(8, 8, 6, 8), 0);
        }

        /** The regions have 1 − β; the rest is the sentinel's. */
        @Override
        protected boolean weightsSumToOne() {
            return false;
        }

        /** One that sees no region takes the sentinel, which is made of the query. */
        @Override
        protected boolean blindContextIsZero() {
            return false;
        }

        /** The gate reads the state before. */
        @Override
        protected boolean countsPositions() {
            return true;
        }
    }

    private static NDArray random(Subject subject, int seed, long... shape) {
        return Numbers.random(subject.manager(), seed, new Shape(shape));
    }

    private static Inputs inputs(Subject subject) {
        return Inputs.of(
                random(subject, 1, 2, 3, 8),
                random(subject, 2, 2, 3, 8),
                random(subject, 3, 2, 3, 8),
                random(subject, 4, 2, 3, 8),
                random(subject, 5, 2, 4, 8));
    }

    private static SentinelAttention block(Subject subject) {
        return (SentinelAttention) subject.block();
    }

    @Test
    void regionsAndSentinelShareOneDistribution() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject = Subject.of(plain(), manager, 8, DataType.FLOAT32);
            boolean[] visible = {true, false, true, true, false, false, false, false};
            AttentionMask mask = AttentionMask.keys(manager.create(visible, new Shape(2, 4)));
            List<NDArray> told = new ArrayList<>();
            Output output =
                    block(subject)
                            .look(
                                    subject.store(),
                                    inputs(subject)
                                            .with(
                                                    a ->
                                                            a.withMask(mask)
                                                                    .withObserver(
                                                                            (site, w) ->
                                                                                    told.add(w))),
                                    false);
            float[] beta = output.beta().toFloatArray();
            float[] sums = output.extendedWeights().sum(new int[] {2}).toFloatArray();
            float[] looked = told.get(0).sum(new int[] {3}).toFloatArray();
            for (int i = 0; i < 6; i++) {
                assertEquals(1, sums[i], 1e-6);
                assertEquals(1 - beta[i], looked[i], 1e-6);
            }
            for (int i = 3; i < 6; i++) {
                assertEquals(1, beta[i], 0, "no region to look at");
            }
            assertEquals(0, output.weights().get(1).abs().max().getFloat());
            Numbers.assertClose(
                    "what is left is the sentinel",
                    output.sentinel().get(1).toFloatArray(),
                    output.adaptiveContext().get(1).toFloatArray(),
                    1e-6,
                    0);
            // α̂ of the regions is α, less what is not looked.
            Numbers.assertClose(
                    "the share of the regions",
                    output.weights().mul(output.beta().neg().add(1).expandDims(2)).toFloatArray(),
                    told.get(0).squeeze(1).toFloatArray(),
                    1e-6,
                    1e-5);
        }
    }

    @Test
    void aDecoderLooksStepByStep() {
        try (NDManager manager = TestEngine.manager()) {
            Subject subject = Subject.of(plain(), manager, 8, DataType.FLOAT32);
            Inputs in = inputs(subject);
            NDArray all = block(subject).look(subject.store(), in, false).readout();
            try (KeyValueCache cache = new MemoryCache(manager)) {
                for (int step = 0; step < 3; step++) {
                    String at = ":, " + step + ":" + (step + 1);
                    NDArray regions =
                            step == 0 ? in.attention().value() : in.attention().value().mul(0);
                    Inputs one =
                            Inputs.of(
                                            in.x().get(at),
                                            in.attention().query().get(at),
                                            in.previousHidden().get(at),
                                            in.cell().get(at),
                                            regions)
                                    .with(a -> a.withCache(cache));
                    Numbers.assertClose(
                            "step " + step,
                            all.get(at).toFloatArray(),
                            block(subject)
                                    .look(subject.store(), one, false)
                                    .readout()
                                    .toFloatArray(),
                            1e-5,
                            1e-5);
                }
            }
        }
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> SentinelAttention.Sizes.of(0));
        assertThrows(
                IllegalArgumentException.class, () -> new SentinelAttention.Sizes(8, 8, -1, 8));
        try (NDManager manager = TestEngine.manager()) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> plain().initialize(manager, DataType.FLOAT32, new Shape(1, 1, 7)));
        }
    }
}
