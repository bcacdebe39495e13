package org.attn4j.models.training;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import java.io.IOException;
import java.util.Iterator;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import org.attn4j.attention.ops.HostArrays;

/**
 * Batches of {@code [source, decoderInput]} that also say, in a third array (B, T) of ones and
 * zeros, which tokens of the decoder's input give way to the decoder's own, as scheduled sampling
 * asks at each step of a run. Batches in which none does stay as they are.
 *
 * <p>It listens to the run, to know its step. The choice is a function of seed, step, row and
 * position, so that a resumed run makes the same.
 */
public final class SampledBatches implements BatchSource, RunListener {

    private final BatchSource source;
    private final LongToDoubleFunction truth;
    private final long seed;
    private long steps; // that are done
    private int microBatch;

    /**
     * Constructs the source; the run has to be told of it as a listener too.
     *
     * @param source the batches
     * @param truth how likely a true token is read, by the number of steps before
     * @param seed the seed of the run
     */
    public SampledBatches(BatchSource source, LongToDoubleFunction truth, long seed) {
        this.source = Objects.requireNonNull(source, "source");
        this.truth = Objects.requireNonNull(truth, "truth");
        this.seed = seed;
    }

    @Override
    public void onStart(long step) {
        at(step);
    }

    @Override
    public void onStep(StepProgress progress) {
        at(progress.step());
    }

    private void at(long step) {
        steps = step;
        microBatch = 0;
    }

    @Override
    public Iterator<Batch> batches(NDManager manager, long epoch, long fromBatch)
            throws IOException {
        return source.batches(manager, epoch, fromBatch);
    }

    @Override
    public void onTaken(Batch batch) {
        double likely = truth.applyAsDouble(steps);
        SplittableRandom random =
                new SplittableRandom(StepSeed.of(~seed, steps + 1, microBatch)); // ~: its own
        microBatch++;
        Shape shape = batch.getData().get(1).getShape(); // (B, T)
        int length = Math.toIntExact(shape.get(1));
        float[] drawn = new float[Math.toIntExact(shape.size())];
        boolean any = false;
        for (int i = 0; i < drawn.length; i++) {
            boolean own = random.nextDouble() >= likely && i % length > 0;
            drawn[i] = own ? 1 : 0;
            any |= own;
        }
        if (any) {
            batch.getData().add(HostArrays.of(batch.getManager(), drawn, shape));
        }
    }
}
