package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.align.Sparsemax;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.attention.mechanism.MemoryAttention.Config;
import org.attn4j.attention.mechanism.MemoryAttention.Tying;
import org.attn4j.testkit.CompositeContractTest;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class MemoryAttentionTest {

    private static final int V = 9;
    private static final int SLOTS = 4;

    private static Config config() {
        return Config.of(V, 5, 3, SLOTS);
    }

    /** Three stories, of four sentences, of two and of none. */
    private static NDArray story(NDManager manager) {
        long[] words = {
            1, 2, 3, 4, 5, 0, 6, 0, 0, 7, 8, 1, //
            3, 1, 0, 2, 2, 8, 0, 0, 0, 0, 0, 0, //
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        };
        return manager.create(words, new Shape(3, 4, 3));
    }

    private static NDArray question(NDManager manager) {
        return manager.create(new long[] {1, 4, 2, 0, 8, 8}, new Shape(3, 2));
    }

    private static NDArray visible(NDManager manager) {
        float[] mask = {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0};
        return manager.create(mask, new Shape(3, 4));
    }

    abstract static class Contract extends CompositeContractTest {

        @Override
        protected boolean firstInputIsDifferentiable() {
            return false;
        }

        @Override
        protected NDList inputs(NDManager manager) {
            return new NDList(story(manager), question(manager));
        }

        @Test
        void aMaskOfTheSentencesIsWhatIsTakenWithoutOne() {
            Block block = initialized(DataType.FLOAT32);
            NDArray without = forward(block, inputs(manager));
            NDArray with =
                    forward(block, new NDList(story(manager), question(manager), visible(manager)));
            close(without, with, 1e-6);
        }

        @Test
        void hiddenSentencesHaveNoWeightAndNoInfluence() {
            MemoryAttention block = (MemoryAttention) initialized(DataType.FLOAT32);
            NDArray mask =
                    manager.create(
                            new boolean[] {
                                true, true, false, false, true, false, false, false, false, false,
                                false, false
                            },
                            new Shape(3, 4));
            ParameterStore store = new ParameterStore(manager, false);
            WeightsRecorder recorder = new WeightsRecorder();
            MemoryInputs in = new MemoryInputs(story(manager), question(manager), mask, recorder);
            MemoryOutput output = block.read(store, in, false);
            NDArray weights =
                    NDArrays.concat(new NDList(recorder.all().values()), 2).squeeze(1); // (3, 3, 4)
            assertEquals(new Shape(3, 3, 4), weights.getShape());
            assertEquals(new Shape(3, 4, 5), output.states().getShape());
            assertEquals(new Shape(3, 3, 5), output.reads().getShape());
            NDArray hidden = mask.logicalNot().toType(DataType.FLOAT32, false).reshape(3, 1, 4);
            assertEquals(0, largest(weights.mul(hidden)));
            float[] sums = weights.sum(new int[] {2}).toFloatArray(); // (3, 3)
            for (int i = 0; i < sums.length; i++) {
                assertEquals(i < 6 ? 1 : 0, sums[i], 1e-5, "the last story is hidden whole");
            }
            NDArray other = story(manager);
            other.set(new NDIndex("0, 2:"), 3);
            MemoryInputs changed = new MemoryInputs(other, question(manager), mask, null);
            close(output.logits(), block.read(store, changed, false).logits(), 0);
        }

        @Test
        void anObserverIsToldEachHop() {
            MemoryAttention block = (MemoryAttention) initialized(DataType.FLOAT32);
            List<String> places = new ArrayList<>();
            MemoryInputs in =
                    new MemoryInputs(
                            story(manager),
                            question(manager),
                            null,
                            (place, weights) -> {
                                places.add(place);
                                assertEquals(new Shape(3, 1, 1, 4), weights.getShape());
                            });
            block.read(new ParameterStore(manager, false), in, false);
            assertEquals(List.of("hops.0", "hops.1", "hops.2"), places);
        }
    }

    @Nested
    class Adjacent extends Contract {
        @Override
        protected Block block() {
            return new MemoryAttention(config());
        }
    }

    @Nested
    class LayerWise extends Contract {
        @Override
        protected Block block() {
            return new MemoryAttention(config().withTying(Tying.LAYER_WISE));
        }
    }

    @Nested
    class OneHop extends CompositeContractTest {
        @Override
        protected Block block() {
            return new MemoryAttention(Config.of(V, 5, 1, SLOTS));
        }

        @Override
        protected boolean firstInputIsDifferentiable() {
            return false;
        }

        @Override
        protected NDList inputs(NDManager manager) {
            return new NDList(story(manager), question(manager));
        }
    }

    @Nested
    class BagsOfWordsWithoutTimes extends Contract {
        @Override
        protected Block block() {
            return new MemoryAttention(
                    new Config(V, 5, 3, SLOTS, Tying.ADJACENT, false, false, Sparsemax.INSTANCE));
        }
    }

    @Test
    void theOrderOfWordsAndOfSentencesCountsOnlyIfEncoded() {
        try (NDManager manager = TestEngine.manager()) {
            NDArray story = story(manager).get(new NDIndex("0:1"));
            NDArray question = question(manager).get(new NDIndex("0:1"));
            NDArray words = story.duplicate();
            words.set(new NDIndex("0, 0, 0"), 3);
            words.set(new NDIndex("0, 0, 2"), 1);
            NDArray sentences = story.flip(1);
            for (boolean encoded : new boolean[] {true, false}) {
                MemoryAttention block =
                        new MemoryAttention(
                                new Config(
                                        V,
                                        5,
                                        3,
                                        SLOTS,
                                        Tying.ADJACENT,
                                        encoded,
                                        encoded,
                                        Softmax.INSTANCE));
                block.getParameters()
                        .values()
                        .forEach(
                                p ->
                                        p.setInitializer(
                                                (m, shape, t) ->
                                                        Numbers.random(
                                                                m, p.getName().hashCode(), shape)));
                block.initialize(manager, DataType.FLOAT32, story.getShape(), question.getShape());
                ParameterStore store = new ParameterStore(manager, false);
                NDArray before =
                        block.read(store, MemoryInputs.of(story, question), false).logits();
                for (NDArray other : List.of(words, sentences)) {
                    float moved =
                            block.read(store, MemoryInputs.of(other, question), false)
                                    .logits()
                                    .sub(before)
                                    .abs()
                                    .max()
                                    .getFloat();
                    assertTrue(encoded ? moved > 1e-3 : moved < 1e-4, encoded + " " + moved);
                }
            }
        }
    }

    @Test
    void badSettingsAndStoriesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Config.of(V, 5, 0, SLOTS));
        try (NDManager manager = TestEngine.manager()) {
            MemoryAttention block = new MemoryAttention(Config.of(V, 5, 3, 2));
            block.initialize(manager, DataType.FLOAT32, new Shape(1, 2, 1), new Shape(1, 1));
            ParameterStore store = new ParameterStore(manager, false);
            MemoryInputs in = MemoryInputs.of(story(manager), question(manager));
            String message =
                    assertThrows(IllegalArgumentException.class, () -> block.read(store, in, false))
                            .getMessage();
            assertTrue(message.contains("sentences=4, slots=2"), message);
        }
    }
}
