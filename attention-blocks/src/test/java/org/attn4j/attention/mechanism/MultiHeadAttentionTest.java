package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.GrowingCache;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.position.Alibi;
import org.attn4j.attention.position.RelativePositionBias;
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
class MultiHeadAttentionTest {

    private static MultiHeadAttention.Builder builder() {
        return MultiHeadAttention.builder().setModelSize(8).setHeads(4);
    }

    @Nested
    class Fastest extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().build();
        }
    }

    @Nested
    class Reference extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optKernel(TestKernel.REFERENCE.get()).build();
        }
    }

    @Nested
    class GroupedQuery extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder().optKeyValueHeads(2).optBias(false).build();
        }
    }

    @Nested
    class MultiQueryReference extends AttentionContractTest {
        @Override
        protected Attention mechanism() {
            return builder()
                    .optKeyValueHeads(1)
                    .optHeadSize(6)
                    .optKernel(TestKernel.REFERENCE.get())
                    .build();
        }
    }

    @Nested
    class Rotary extends AttentionContractTest {
        @Override
        protected boolean countsPositions() {
            return true;
        }

        @Override
        protected Attention mechanism() {
            return MultiHeadAttention.builder()
                    .setModelSize(8)
                    .setHeads(2)
                    .optRotary(RotaryEmbedding.builder().setSize(4).build())
                    .build();
        }
    }

    @Nested
    class WithAlibi extends AttentionContractTest {
        @Override
        protected boolean countsPositions() {
            return true;
        }

        @Override
        protected Attention mechanism() {
            return builder().optScoreBias(new Alibi(4)).build();
        }
    }

    @Nested
    class WithRelativePositions extends AttentionContractTest {
        @Override
        protected boolean countsPositions() {
            return true;
        }

        @Override
        protected Attention mechanism() {
            return builder()
                    .optScale(1)
                    .optScoreBias(new RelativePositionBias(4, 8, 16, true))
                    .build();
        }
    }

    /**
     * Keys that all see cannot be blinded, so the contract does not fit; what it says of caches and
     * leaks does.
     */
    @Test
    void extraKeysWorkWithACacheAndLeaveNothingBehind() {
        try (NDManager model = TestEngine.manager();
                NDManager manager = TestEngine.manager()) {
            Attention block = builder().optKeyValueBias(true).optZeroAttention(true).build();
            Subject subject = Subject.of(block, model, 8, DataType.FLOAT32);
            NDArray x = Numbers.random(manager, 1, new Shape(2, 3, 8));
            AttentionInputs inputs = AttentionInputs.self(x).withMask(AttentionMask.causal());
            Subject.Seen all = subject.observe(inputs);
            assertEquals(new Shape(2, 4, 3, 5), all.weights().getShape());
            int before = model.getManagedArrays().size();
            try (KeyValueCache cache = new GrowingCache(manager)) {
                for (int place = 0; place < 3; place++) {
                    NDArray step = x.get(":, " + place + ":" + (place + 1));
                    Numbers.assertClose(
                            "place " + place,
                            all.context().get(":, " + place + ":" + (place + 1)).toFloatArray(),
                            subject.attend(AttentionInputs.self(step).withCache(cache))
                                    .context()
                                    .toFloatArray(),
                            1e-5,
                            1e-5);
                }
            }
            assertEquals(before, model.getManagedArrays().size(), "arrays that a call left behind");
        }
    }

    @Test
    void givenPositionsTurnQueriesAndKeys() {
        try (NDManager manager = TestEngine.manager()) {
            RotaryEmbedding rotary = RotaryEmbedding.builder().setSize(2).build();
            Subject subject =
                    Subject.of(builder().optRotary(rotary).build(), manager, 8, DataType.FLOAT32);
            AttentionInputs inputs =
                    AttentionInputs.self(Numbers.random(manager, 1, new Shape(2, 3, 8)));
            float[] natural = subject.attend(inputs).context().toFloatArray();
            NDArray shifted = manager.create(new long[] {0, 1, 2, 7, 8, 9}, new Shape(2, 3));
            NDArray stretched = manager.create(new long[] {0, 2, 4, 0, 2, 4}, new Shape(2, 3));
            float[] same = subject.attend(inputs.withPositions(shifted)).context().toFloatArray();
            float[] other =
                    subject.attend(inputs.withPositions(stretched)).context().toFloatArray();
            Numbers.assertClose("only distances count", natural, same, 1e-5, 1e-5);
            assertThrows(
                    AssertionError.class,
                    () -> Numbers.assertClose("stretched", natural, other, 1e-3, 1e-3));
        }
    }

    /**
     * In somebody's own block, by DJL's trainer: the last place must tell the mean of a feature.
     */
    @Test
    void learnsInsideASequentialBlock() {
        SequentialBlock net =
                new SequentialBlock()
                        .add(builder().build())
                        .add(new LambdaBlock(list -> new NDList(list.head().get(":, 3"))))
                        .add(LinearBlock.of(1, true));
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(Loss.l2Loss())
                        .optOptimizer(
                                Optimizer.adam()
                                        .optLearningRateTracker(Tracker.fixed(0.02f))
                                        .build())
                        .optDevices(new Device[] {Device.cpu()});
        try (Model model = Model.newInstance("net", TestEngine.name())) {
            model.getNDManager().getEngine().setRandomSeed(7);
            model.setBlock(net);
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(16, 4, 8));
                float first = 0;
                float last = 0;
                for (int step = 0; step < 150; step++) {
                    try (NDManager manager = trainer.getManager().newSubManager()) {
                        NDArray x = Numbers.random(manager, step, new Shape(16, 4, 8));
                        NDArray label = x.get(":, :, 0:1").mean(new int[] {1}); // (16, 1)
                        last = trained(trainer, x, label);
                        first = step == 0 ? last : first;
                    }
                }
                assertTrue(last < first / 2, "the loss went from " + first + " to " + last);
            }
        }
    }

    private static float trained(Trainer trainer, NDArray x, NDArray label) {
        float loss;
        try (GradientCollector collector = trainer.newGradientCollector()) {
            NDList output = trainer.forward(new NDList(x));
            NDArray value = trainer.getLoss().evaluate(new NDList(label), output);
            collector.backward(value);
            loss = value.getFloat();
        }
        trainer.step();
        return loss;
    }

    @Test
    void sizesThatDoNotFitAreRefusedInWords() {
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> MultiHeadAttention.builder().setModelSize(10).setHeads(3).build());
        assertEquals(
                "modelSize must be divisible by heads, got modelSize=10, heads=3",
                error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> builder().optKeyValueHeads(3).build());
        assertThrows(IllegalArgumentException.class, () -> builder().optDropout(1).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> builder().optRotary(RotaryEmbedding.builder().setSize(4).build()).build());
        try (var manager = TestEngine.manager()) {
            var wrong =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    builder()
                                            .build()
                                            .initialize(
                                                    manager, DataType.FLOAT32, new Shape(1, 2, 6)));
            assertTrue(wrong.getMessage().contains("modelSize=8"), wrong.getMessage());
        }
    }
}
