package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadLatentAttention.Form;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.testkit.AttentionContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.Subject;
import org.attn4j.testkit.TestEngine;
import org.attn4j.testkit.TestKernel;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class MultiHeadLatentAttentionTest {

    private static MultiHeadLatentAttention.Builder builder() {
        return MultiHeadLatentAttention.builder()
                .setModelSize(8)
                .setHeads(4)
                .setKeyValueRank(6)
                .optHeadSize(3)
                .optSharedKeySize(4)
                .optValueHeadSize(5);
    }

    /** Positions turn the shared key: places count. */
    abstract static class Turned extends AttentionContractTest {
        @Override
        protected boolean countsPositions() {
            return true;
        }
    }

    @Nested
    class Plain extends Turned {
        @Override
        protected Attention mechanism() {
            return builder().build();
        }
    }

    @Nested
    class PlainReference extends Turned {
        @Override
        protected Attention mechanism() {
            return builder()
                    .optForm(Form.PLAIN)
                    .optQueryRank(5)
                    .optKernel(TestKernel.REFERENCE.get())
                    .build();
        }
    }

    @Nested
    class AbsorbedWithCompressedQueries extends Turned {
        @Override
        protected Attention mechanism() {
            return builder().optForm(Form.ABSORBED).optQueryRank(5).optBias(true).build();
        }
    }

    @Nested
    class NotTurned extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optRotary(null).build();
        }
    }

    @Nested
    class NotTurnedAbsorbed extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optRotary(null).optForm(Form.ABSORBED).build();
        }
    }

    @Test
    void theAbsorbedFormEqualsThePlainForm() {
        try (NDManager manager = TestEngine.manager()) {
            for (TestKernel kernel : TestKernel.values()) {
                MultiHeadLatentAttention.Builder larger =
                        MultiHeadLatentAttention.builder()
                                .setModelSize(32)
                                .setHeads(4)
                                .setKeyValueRank(16)
                                .optQueryRank(24)
                                .optKernel(kernel.get());
                Subject plain =
                        Subject.of(
                                larger.optForm(Form.PLAIN).build(), manager, 32, DataType.FLOAT32);
                Subject absorbed =
                        Subject.of(
                                larger.optForm(Form.ABSORBED).build(),
                                manager,
                                32,
                                DataType.FLOAT32);
                NDArray x = Numbers.random(manager, 1, new Shape(2, 9, 32)).mul(0.1);
                boolean[] visible = new boolean[18];
                for (int i = 0; i < visible.length; i++) {
                    visible[i] = i % 5 != 3;
                }
                AttentionMask mask =
                        AttentionMask.causal()
                                .and(AttentionMask.keys(manager.create(visible, new Shape(2, 9))));
                AttentionInputs inputs = AttentionInputs.self(x).withMask(mask);
                NDArray expected = plain.attend(inputs).context();
                float scale = expected.abs().max().getFloat();
                assertTrue(scale > 0.01, "nothing to compare");
                Numbers.assertClose(
                        "context",
                        expected.toFloatArray(),
                        absorbed.attend(inputs).context().toFloatArray(),
                        1e-5 * Math.max(1, scale),
                        1e-5);
                Numbers.assertClose(
                        "weights",
                        plain.observe(inputs).weights().toFloatArray(),
                        absorbed.observe(inputs).weights().toFloatArray(),
                        1e-5,
                        0);
            }
        }
    }

    @Test
    void bothFormsHaveTheSameGradients() {
        try (NDManager manager = TestEngine.manager()) {
            float[][] gradients = new float[2][];
            for (Form form : new Form[] {Form.PLAIN, Form.ABSORBED}) {
                Subject subject =
                        Subject.of(builder().optForm(form).build(), manager, 8, DataType.FLOAT32);
                NDArray x = Numbers.random(manager, 1, new Shape(2, 4, 8));
                x.setRequiresGradient(true);
                AttentionInputs inputs = AttentionInputs.self(x).withMask(AttentionMask.causal());
                TestEngine.backward(() -> subject.train(inputs).context().square().sum());
                gradients[form == Form.PLAIN ? 0 : 1] =
                        x.getGradient().concat(up(subject).reshape(-1, 4, 8)).toFloatArray();
            }
            Numbers.assertClose("gradient", gradients[0], gradients[1], 1e-4, 1e-4);
        }
    }

    /** The gradient of kv_b_proj, in rows of x's shape. */
    private static NDArray up(Subject subject) {
        NDArray gradient = null; // (32, 6)
        for (var parameter : subject.block().getParameters()) {
            if (parameter.getKey().contains("kv_b_proj")) {
                gradient = parameter.getValue().getArray().getGradient();
            }
        }
        return gradient.flatten();
    }

    @Test
    void theCacheHoldsTheLatentAndTheSharedKeyAlone() {
        try (NDManager manager = TestEngine.manager();
                NDManager cached = manager.newSubManager();
                KeyValueCache cache = new GrowingCache(cached)) {
            Subject subject = Subject.of(builder().build(), manager, 8, DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 6, 8));
            for (int place = 0; place < 6; place++) {
                try (NDManager step = manager.newSubManager()) {
                    NDArray one = x.get(new NDIndex(":, {}:{}", place, place + 1));
                    one.attach(step);
                    subject.attend(
                            AttentionInputs.self(one)
                                    .withMask(AttentionMask.causal())
                                    .withCache(cache));
                }
            }
            long numbers = 0;
            for (NDArray array : cached.getManagedArrays()) {
                numbers += array.size();
            }
            assertEquals(2 * 6 * (6 + 4), numbers, "B · S · (R + Hr) and nothing else");
        }
    }

    @Test
    void badSettingsAreRefused() {
        refused(() -> builder().setKeyValueRank(0).build(), "keyValueRank=0");
        refused(() -> builder().optHeadSize(0).setHeads(3).build(), "heads=3");
        refused(() -> builder().optSharedKeySize(-2).build(), "sharedKeySize=-2");
        refused(
                () -> builder().optRotary(RotaryEmbedding.builder().setSize(6).build()).build(),
                "rotary size=6");
        refused(() -> builder().optDropout(1).build(), "dropout=1");
    }

    private static void refused(Runnable build, String expected) {
        String message = assertThrows(IllegalArgumentException.class, build::run).getMessage();
        assertTrue(message.contains(expected), message);
    }
}
