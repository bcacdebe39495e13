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
import org.attn4j.attention.AttentionContractTest;
import org.attn4j.attention.fixture.Numbers;
import org.attn4j.attention.fixture.TestEngine;
import org.attn4j.attention.fixture.TestKernel;
import org.attn4j.attention.kernel.Linear;
import org.attn4j.attention.position.Alibi;
import org.attn4j.attention.position.RelativePositionBias;
import org.attn4j.attention.position.RotaryEmbedding;
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
        protected boolean countsPlaces() {
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
        protected boolean countsPlaces() {
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
        protected boolean countsPlaces() {
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

    /** In somebody's own block, by DJL's trainer: the last place must tell the first one's sign. */
    @Test
    void learnsInsideASequentialBlock() {
        SequentialBlock net =
                new SequentialBlock()
                        .add(builder().build())
                        .add(new LambdaBlock(list -> new NDList(list.head().get(":, 3"))))
                        .add(Linear.builder().setUnits(1).build());
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(Loss.l2Loss())
                        .optOptimizer(
                                Optimizer.adam()
                                        .optLearningRateTracker(Tracker.fixed(0.02f))
                                        .build())
                        .optDevices(new Device[] {Device.cpu()});
        try (Model model = Model.newInstance("net", TestEngine.name())) {
            model.setBlock(net);
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(16, 4, 8));
                float first = 0;
                float last = 0;
                for (int step = 0; step < 60; step++) {
                    try (NDManager manager = trainer.getManager().newSubManager()) {
                        NDArray x = Numbers.random(manager, step, new Shape(16, 4, 8));
                        NDArray label = x.get(":, 0, 0:1").sign();
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
