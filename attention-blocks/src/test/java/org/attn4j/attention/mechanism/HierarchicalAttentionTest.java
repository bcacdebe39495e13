package org.attn4j.attention.mechanism;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.capture.WeightsRecorder;
import org.attn4j.testkit.CompositeContractTest;
import org.attn4j.testkit.Numbers;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class HierarchicalAttentionTest {

    private static final long[] WORDS = {
        1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 0, // three sentences
        3, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, // two
        4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0 // one
    };

    private static HierarchicalAttention small(int vocabularySize, int classes) {
        return new HierarchicalAttention(
                new HierarchicalAttention.Config(vocabularySize, 4, 0, 3, 5, 2, 4, classes));
    }

    @Nested
    class OfIds extends CompositeContractTest {

        @Override
        protected Block block() {
            return small(10, 2);
        }

        @Override
        protected NDList inputs(NDManager manager) {
            return new NDList(manager.create(WORDS, new Shape(3, 3, 4)));
        }

        @Override
        protected boolean firstInputIsDifferentiable() {
            return false;
        }

        private HierarchicalAttention.Output read(HierarchicalAttention block, NDArray words) {
            return block.read(
                    new ParameterStore(manager, false),
                    HierarchicalAttention.Inputs.of(words),
                    false);
        }

        @Test
        void weightsAreDistributionsOverWhatIsReal() {
            HierarchicalAttention block = (HierarchicalAttention) initialized(DataType.FLOAT32);
            WeightsRecorder recorder = new WeightsRecorder();
            HierarchicalAttention.Output output =
                    block.read(
                            new ParameterStore(manager, false),
                            new HierarchicalAttention.Inputs(
                                    inputs(manager).head(), null, recorder),
                            false);
            NDArray byWord = recorder.weights("word").squeeze(1); // (B, S, W)
            NDArray bySentence = recorder.weights("sentence").squeeze(new int[] {1, 2}); // (B, S)
            assertEquals(new Shape(3, 3, 4, 6), output.wordStates().getShape());
            assertEquals(new Shape(3, 3, 6), output.sentences().getShape());
            assertEquals(new Shape(3, 4), output.document().getShape());
            assertEquals(new Shape(3, 2), output.logits().getShape());
            assertArrayEquals(
                    new float[] {1, 1, 1, 1, 1, 0, 1, 0, 0},
                    byWord.sum(new int[] {2}).toFloatArray(),
                    1e-6f);
            assertArrayEquals(
                    new float[] {1, 1, 1}, bySentence.sum(new int[] {1}).toFloatArray(), 1e-6f);
            float[] words = byWord.toFloatArray();
            for (int i = 0; i < words.length; i++) {
                assertEquals(WORDS[i] == 0, words[i] == 0, "weight of word " + i);
            }
            assertEquals(0, largest(output.sentences().get(new NDIndex("2, 1:"))));
            assertEquals(0, largest(bySentence.get(new NDIndex("2, 1:"))));
        }

        @Test
        void paddingChangesNothing() {
            HierarchicalAttention block = (HierarchicalAttention) initialized(DataType.FLOAT32);
            NDArray words = inputs(manager).head();
            NDArray more =
                    words.concat(manager.zeros(new Shape(3, 3, 2), DataType.INT64), 2)
                            .concat(manager.zeros(new Shape(3, 1, 6), DataType.INT64), 1);
            close(read(block, words).logits(), read(block, more).logits(), 1e-6);
            NDArray single = words.get(new NDIndex("1:2, :2, :2"));
            close(
                    read(block, words).logits().get(new NDIndex("1:2")),
                    read(block, single).logits(),
                    1e-6);
        }

        @Test
        void aDocumentWithoutWordsHasNoNaN() {
            HierarchicalAttention block = (HierarchicalAttention) initialized(DataType.FLOAT32);
            NDArray words = manager.zeros(new Shape(1, 2, 3), DataType.INT64);
            HierarchicalAttention.Output output = read(block, words);
            assertEquals(0, largest(output.document()));
            assertTrue(Float.isFinite(output.logits().sum().getFloat()));
        }

        @Test
        void anObserverIsToldBothWeights() {
            HierarchicalAttention block = (HierarchicalAttention) initialized(DataType.FLOAT32);
            List<String> told = new ArrayList<>();
            block.read(
                    new ParameterStore(manager, false),
                    new HierarchicalAttention.Inputs(
                            inputs(manager).head(),
                            null,
                            (place, weights) -> told.add(place + weights.getShape())),
                    false);
            assertEquals(List.of("word(3, 1, 3, 4)", "sentence(3, 1, 1, 3)"), told);
        }
    }

    @Nested
    class OfVectors extends CompositeContractTest {

        @Override
        protected Block block() {
            return small(0, 0);
        }

        @Override
        protected NDList inputs(NDManager manager) {
            NDArray ids = manager.create(WORDS, new Shape(3, 3, 4));
            return new NDList(Numbers.random(manager, 1, new Shape(3, 3, 4, 4)), ids.neq(0));
        }

        @Test
        void withoutAMaskAllWordsAreReal() {
            Block block = initialized(DataType.FLOAT32);
            NDArray vectors = inputs(manager).head();
            close(
                    forward(block, new NDList(vectors, manager.ones(new Shape(3, 3, 4)))),
                    forward(block, new NDList(vectors)),
                    0);
            HierarchicalAttention.Output output =
                    ((HierarchicalAttention) block)
                            .read(
                                    new ParameterStore(manager, false),
                                    HierarchicalAttention.Inputs.of(vectors),
                                    false);
            assertNull(output.logits());
        }

        @Test
        void wrongShapesAreRefused() {
            Block block = initialized(DataType.FLOAT32);
            NDArray vectors = inputs(manager).head();
            NDList ids = new NDList(manager.ones(new Shape(3, 3, 4)));
            NDList shortMask = new NDList(vectors, manager.ones(new Shape(3, 3, 3)));
            assertThrows(IllegalArgumentException.class, () -> forward(block, ids));
            assertThrows(IllegalArgumentException.class, () -> forward(block, shortMask));
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new HierarchicalAttention(HierarchicalAttention.Config.of(0, 0, 3, 0)));
        assertThrows(IllegalArgumentException.class, () -> small(0, -1));
    }
}
