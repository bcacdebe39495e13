package org.attn4j.models.training;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import java.io.IOException;
import java.util.Iterator;

/**
 * Gives the batches of an epoch, from any position in it: what a training run reads.
 *
 * <p>The batches have to be a function of the epoch alone, so that a run that was killed and
 * resumed sees the batches that one never stopped would have seen.
 */
@FunctionalInterface
public interface BatchSource {

    /**
     * Returns the batches of an epoch.
     *
     * @param manager the manager whose sub-managers hold the tensors; whoever takes a batch closes
     *     it
     * @param epoch the epoch, from 0
     * @param fromBatch the number of batches of this epoch to leave out at its beginning
     * @return the batches, each made when it is asked for, without the engine's random numbers
     * @throws IOException if the data cannot be read
     */
    Iterator<Batch> batches(NDManager manager, long epoch, long fromBatch) throws IOException;

    /**
     * Told of a batch when a step takes it, in the thread of the training. Batches are made before
     * that, in another thread: what depends on how far the run has come belongs here.
     *
     * @param batch the batch, whose data may be added to
     */
    default void onTaken(Batch batch) {
        // a batch is what it was made
    }
}
