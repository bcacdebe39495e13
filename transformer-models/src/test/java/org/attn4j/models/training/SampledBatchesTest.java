package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.StackBatchifier;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class SampledBatchesTest {

    @Test
    void aResumedRunChoosesTheSameTokens() throws IOException {
        LongToDoubleFunction half = step -> 0.5;
        float[][] whole = drawn(half, 7, 0, 4);
        float[][] rest = drawn(half, 7, 2, 2);
        assertArrayEquals(whole[2], rest[0]);
        assertArrayEquals(whole[3], rest[1]);
        assertFalse(Arrays.equals(whole[0], whole[1]));
        assertFalse(Arrays.equals(whole[0], drawn(half, 8, 0, 1)[0]));
        double own = 0;
        for (float[] choice : whole) {
            for (int i = 0; i < choice.length; i++) {
                assertEquals(0, i % 50 == 0 ? choice[i] : 0, "the first step has nothing to draw");
                own += choice[i];
            }
        }
        // 3,920 choices of probability one half: within five standard deviations of their mean
        assertEquals(4 * 980 * 0.5, own, 5 * Math.sqrt(4 * 980 * 0.25));
    }

    @Test
    void withTeacherForcingBatchesStayAsTheyAre() throws IOException {
        assertEquals(0, drawn(step -> 1, 7, 0, 1)[0].length);
    }

    /** The third arrays, of 20 rows and 50 positions, of batches from a step on. */
    private static float[][] drawn(LongToDoubleFunction truth, long seed, long step, int count)
            throws IOException {
        try (NDManager manager = NDManager.newBaseManager(TinyTask.engineName())) {
            BatchSource plain =
                    (parent, epoch, from) ->
                            IntStream.range(0, count).mapToObj(i -> batch(parent)).iterator();
            SampledBatches source = new SampledBatches(plain, truth, seed);
            source.onStart(step);
            Iterator<Batch> batches = source.batches(manager, 0, 0);
            float[][] drawn = new float[count][];
            for (int i = 0; i < count; i++) {
                Batch batch = batches.next();
                source.onTaken(batch);
                NDList data = batch.getData();
                drawn[i] = data.size() < 3 ? new float[0] : data.get(2).toFloatArray();
                source.onStep(new StepProgress(step + i + 1, 0, i + 1, 1, 0.1f, 1, 1, 1, 1, 1, 1));
            }
            return drawn;
        }
    }

    private static Batch batch(NDManager parent) {
        NDManager own = parent.newSubManager();
        Shape shape = new Shape(20, 50);
        NDList data = new NDList(own.zeros(shape), own.zeros(shape));
        StackBatchifier batchifier = new StackBatchifier();
        return new Batch(own, data, new NDList(own.zeros(shape)), 20, batchifier, batchifier, 0, 0);
    }
}
